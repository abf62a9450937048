"""A person's word that words for buyers which the screening refuses may stand: a right, a reason, a log row."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from shopops.staff import operations
from shopops.staff.models import User

RIGHT = "crm.overrule_words"
OVERRULED = "crm.words.overruled"
SHORTEST_REASON = 4


def overrule_words(
    words: Sequence[str], *, reason: str, about: tuple[str, str], by: User, now: datetime
) -> bool:
    """Let refused words stand if the person holds the right and says why; say whether they stand.

    Call it in the transaction that stores the text: the log row stands or falls with it.

    :param about: kind and key of the object in the operation log
    """
    if not by.has_perm(RIGHT) or len(reason.strip()) < SHORTEST_REASON:
        return False
    operations.record(
        name=OVERRULED,
        by=by,
        now=now,
        object_type=about[0],
        object_key=about[1],
        new={"words": list(words)},
        reason=reason.strip()[:300],
    )
    return True


def hint_of(by: User) -> str:
    """Say to who holds the right how a refusal is overruled; nothing to others."""
    if not by.has_perm(RIGHT):
        return ""
    return " " + _("判断有误时，写下放行的理由再存，理由会记入操作记录。")
