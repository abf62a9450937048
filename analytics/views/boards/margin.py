"""Of how many pieces a gross margin speaks: said wherever one is shown."""

from django.utils.translation import gettext as _

from analytics.queries.trend import base_series, point
from analytics.rules.spans import Days
from shopops.lib.templatetags.shop import rate


def margin_note(days: Days) -> str:
    """Say of which pieces of a span the cost is known. Two queries."""
    share = point("known_cost_rate", base_series("known_cost_rate", days), days).value
    if share is None:
        return _("没有一件没退的知道成本，毛利未知。")
    return _("毛利只算没退、知道成本的件：占没退件数的 %(share)s，其余的未知，不当成 0。") % {
        "share": rate(share, 1)
    }
