"""What is usually done about a cause, and which role does it: what the diagnosis proposes."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Usual:
    """The usual task of a cause."""

    role: str
    text: str | Promise


USUAL: dict[str, Usual] = {
    "weekday": Usual("manager", _("看这几天要不要登记下来，不算进平常")),
    "platform": Usual("promotion", _("核平台活动还有几天，我们报不报、怎么接")),
    "season": Usual("editor", _("看换季的款上齐没有，该下的下")),
    "weather": Usual("warehouse_lead", _("问快递这几天发不发得出，页面要不要说明")),
    "rival_price": Usual("promotion", _("核对手到手价，要不要跟，先过底价")),
    "rival_sales": Usual("promotion", _("看对手卖起来的是哪款，我们有没有能接的")),
    "rival_activity": Usual("promotion", _("看对手活动到哪天，要不要应对")),
    "rival_ads": Usual("promotion", _("看对手投在哪些词上，我们的出价要不要动")),
    "bad_reviews": Usual("service_lead", _("回完差评，问清是哪一批货，写标准答")),
    "search": Usual("editor", _("查掉的是哪些词，改标题和主图")),
    "answers": Usual("service_lead", _("看问了没买的会话，补话术")),
    "price": Usual("manager", _("核主推款改价，要不要改回")),
    "stock": Usual("warehouse_lead", _("补断货的 SKU，催采购，货架数改对")),
    "page": Usual("editor", _("处理违规和下架，首页、详情页看一遍")),
    "activity": Usual("promotion", _("看活动接上没有，要不要补一场")),
    "ads": Usual("promotion", _("查推广花费和人群，该加的加、该停的停")),
}
