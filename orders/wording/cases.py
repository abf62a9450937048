"""After-sales in words: sentences made of codes, in the reader's language."""

from typing import Any

from django.utils.translation import gettext as _

from orders.choices import BY_ITSELF, CaseGrade, CaseType, CompensationKind
from orders.rules.cases import REMEDIES
from shopops.lib.words import listed

CASE_TONES = {
    "open": "us",
    "answered": "us",
    "waiting_buyer": "wait",
    "waiting_goods": "wait",
    "waiting_manager": "soon",
    "closed": "done",
}
GRADE_TONES = {"": "wait", "slight": "wait", "functional": "soon", "complaint": "late"}
COMPENSATION_TONES = {"waiting": "soon", "approved": "us", "refused": "late", "paid": "done"}
CAUSE_TONES = {"no_stock": "soon", "held": "soon"}


def remedy_words(grade: str) -> str:
    """Say what usually settles a case of a grade."""
    if not grade:
        return _("先定级：轻微瑕疵给券或小额补偿，功能故障换或退，投诉 72 小时内解决。")
    words = [_label(one) for one in REMEDIES[grade]]
    return _("%(grade)s：通常%(remedies)s。") % {
        "grade": CaseGrade(grade).label,
        "remedies": listed(words),
    }


def _label(one: Any) -> str:  # noqa: ANN401
    return str((CompensationKind if isinstance(one, CompensationKind) else CaseType)(one).label)


def resolution_words(text: str) -> str:
    """Say how a case ended."""
    return _("平台退款已了结，自动结束") if text == BY_ITSELF else text
