"""What breaks add to the floors below: their check and the words of the log."""

from django.utils.translation import gettext_lazy as _

from analytics.checks import breaks as checks
from shopops.staff.operations import name_operations, name_parts


def register() -> None:
    """Register them; called once by `analytics.wiring`."""
    checks.register()
    name_operations(
        {
            "analytics.event.added": _("登记了一件事"),
            "analytics.event.edited": _("改了登记的事"),
            "analytics.event.removed": _("去掉登记的事"),
            "analytics.cause.judged": _("判断了一个原因"),
        }
    )
    name_parts("object", {"dayevent": _("登记的事"), "causeword": _("原因的判断")})
