"""The board: activities by state, with how far each is and when somebody asks again."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from promotions.choices import ActivityState
from promotions.queries.activity_list import board_rows
from promotions.views.activity_parts import Data, row_of
from shopops.staff.access import requires

_S = ActivityState
COLUMNS = (
    (_S.IDEA,),
    (_S.SIGNED_UP, _S.IN_REVIEW),
    (_S.REFUSED,),
    (_S.PASSED,),
    (_S.PREPARED,),
    (_S.RUNNING,),
    (_S.ENDED,),
)


@require_GET
@requires("promotions.view")
def board(request: HttpRequest) -> HttpResponse:
    """Show the open activities by state, or the closed ones as a list."""
    now = timezone.now()
    closed = request.GET.get("show") == "closed"
    rows = [row_of(row, now=now) for row in board_rows(closed=closed)]
    mine = request.GET.get("mine") == "1"
    if mine:
        rows = [row for row in rows if row["owner"] == getattr(request.user, "name", "")]
    here = reverse("promotions:board")
    context = {
        "now": now,
        "closed": closed,
        "rows": rows,
        "columns": [] if closed else [_column(states, rows) for states in COLUMNS],
        "due": sum(row["follow_tone"] in {"late", "soon"} for row in rows),
        "blocked": sum(row["is_blocked"] for row in rows),
        "tabs": [
            {
                "label": _("没结束的"),
                "url": here,
                "count": None,
                "current": not closed and not mine,
            },
            {"label": _("我负责的"), "url": f"{here}?mine=1", "count": None, "current": mine},
            {
                "label": _("复盘过和取消的"),
                "url": f"{here}?show=closed",
                "count": None,
                "current": closed,
            },
        ],
        "can_edit": request.user.has_perm("promotions.edit"),
    }
    return render(request, "promotions/board.html", context)


def _column(states: tuple[ActivityState, ...], rows: list[Data]) -> Data:
    mine = [row for row in rows if row["state_code"] in states]
    words = (
        _("报名和审核")
        if len(states) > 1
        else (_("等复盘") if _S.ENDED in states else states[0].label)
    )
    return {"label": words, "code": states[0].value, "rows": mine}
