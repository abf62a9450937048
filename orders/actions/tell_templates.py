"""Templates of what buyers are told. What buys praise is refused, whoever writes it."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from orders.actions.errors import OrderRefusedError
from orders.actions.overruling import hint_of, overrule_words
from orders.models import TellTemplate
from orders.rules.praise_words import forbidden_promise
from orders.rules.tell_words import unknown_places
from shopops.lib.words import listed
from shopops.staff import operations
from shopops.staff.models import User


class TellTemplateRefusedError(OrderRefusedError):
    """A template that cannot be; the message is for whoever wrote it."""


@dataclass(frozen=True, slots=True)
class TellWords:
    """A template as a person writes it; `kind` empty: for any hold."""

    kind: str
    name: str
    words: str
    is_on: bool = True


@transaction.atomic
def add_template(
    *, written: TellWords, by: User, now: datetime, overrule_reason: str = ""
) -> TellTemplate:
    """Add a template.

    :param overrule_reason: why refused words may stand all the same, from who may say so

    :raises TellTemplateRefusedError: if its words may not be said, or its name is taken
    """
    promise = _check(written, other_than=None)
    row = TellTemplate.objects.create(**asdict(written))
    _refuse(promise, row, reason=overrule_reason, by=by, now=now)
    _record("template_added", row, by, now, old=None)
    return row


@transaction.atomic
def change_template(
    *,
    template_id: int,
    written: TellWords,
    version: int,
    by: User,
    now: datetime,
    overrule_reason: str = "",
) -> TellTemplate:
    """Give a template other words, or switch it. Locks it.

    :param overrule_reason: why refused words may stand all the same, from who may say so

    :raises TellTemplate.DoesNotExist: if there is no such template
    :raises TellTemplateRefusedError: if its words may not be said, its name is taken, or a colleague
        changed it meanwhile
    """
    row = TellTemplate.objects.select_for_update().get(pk=template_id)
    if row.version != version:
        raise TellTemplateRefusedError(_("这个话术刚被同事改过，看一下现在的再改。"))
    promise = _check(written, other_than=row)
    old = _as_json(row)
    # Words that were let stand once, unchanged, need no second reason.
    if written.words != row.words:
        _refuse(promise, row, reason=overrule_reason, by=by, now=now)
    for name, value in asdict(written).items():
        setattr(row, name, value)
    if _as_json(row) == old:
        return row
    row.version += 1
    row.save()
    _record("template_changed", row, by, now, old=old)
    return row


def _refuse(promise: str, row: TellTemplate, *, reason: str, by: User, now: datetime) -> None:
    if not promise:
        return
    about = ("tell_template", str(row.pk))
    if not overrule_words([promise], reason=reason, about=about, by=by, now=now):
        words = _(
            "「%(words)s」不能写：用好处换好评、刷单都是违法的（反不正当竞争法），平台也会处罚。"
        )
        raise TellTemplateRefusedError(words % {"words": promise} + hint_of(by))


def _check(written: TellWords, *, other_than: TellTemplate | None) -> str:
    """Refuse what can never be; give the words that the law forbids."""
    if places := unknown_places(written.words):
        raise TellTemplateRefusedError(
            _("填不了 %(places)s，能用的是 {tid}、{receiver}、{item}、{ship_time}。")
            % {"places": listed(f"{{{place}}}" for place in places)}
        )
    same = TellTemplate.objects.filter(kind=written.kind, name=written.name).first()
    if same is not None and same != other_than:
        raise TellTemplateRefusedError(
            _("这一种挂起已经有叫「%(name)s」的话术。") % {"name": written.name}
        )
    return forbidden_promise(written.words)


def _as_json(row: TellTemplate) -> dict[str, object]:
    return {"kind": row.kind, "name": row.name, "words": row.words, "is_on": row.is_on}


def _record(
    what: str, row: TellTemplate, by: User, now: datetime, *, old: dict[str, object] | None
) -> None:
    operations.record(
        name=f"orders.tell.{what}",
        by=by,
        now=now,
        object_type="tell_template",
        object_key=row.name,
        old=old,
        new=_as_json(row),
    )
