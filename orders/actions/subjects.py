"""What a person may ask of the shop: everything held about them, and to be forgotten."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext as _

from orders import registry
from orders.actions.cases.forgetting import forget_evidence, forget_words
from orders.actions.errors import OrderRefusedError
from orders.actions.exports import KEPT, remove_old_exports
from orders.actions.retention import CONTACT_COLUMNS, erase_contacts, forget_changes
from orders.choices import OPEN_STAGES
from orders.models import (
    BillLine,
    BlackListEntry,
    Buyer,
    ErasedOrder,
    Erasure,
    Hold,
    Order,
    Parcel,
    ParcelChange,
    ParcelLine,
    Refund,
    ShipApart,
)
from orders.queries.subjects import (
    Elsewhere,
    Subject,
    UnknownSubjectError,
    batches_of,
    erasure_of,
    find_subject,
    held_about,
    log_keys,
    names_of,
    spoken_texts,
    traces_of,
)
from shopops.checks.actions.forgetting import forget_names
from shopops.intake.models import Batch, RowError
from shopops.intake.retention import forget_originals
from shopops.intake.stages import stage_exists, stage_name
from shopops.lib.sealing import blind_index
from shopops.staff import operations
from shopops.staff.erasing import forget_in_log
from shopops.staff.models import User
from shopops.work.models import Run

EXPORTED = "orders.subject.exported"
ERASED = "orders.subject.erased"
_PERSON_COLUMNS = ("buyer_nick", "buyer_message", "seller_memo", *CONTACT_COLUMNS)


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased. `files`: encrypted originals; `operations`: blanked rows of the log."""

    pseudonym: str
    orders: int
    contacts: int
    changes: int
    files: int
    operations: int
    already: bool = False

    def as_json(self) -> dict[str, Any]:
        """Give it as the command prints it."""
        return asdict(self)


@transaction.atomic
def export_subject(*, key: str, reason: str, by: User | None, now: datetime) -> dict[str, Any]:
    """Give everything held about a person, contacts in plain text; the log row stands with it.

    The log names the person by a number of ours, so that it need not be changed when they are erased.

    :raises UnknownSubjectError: if nothing is held under this key
    :raises AmbiguousSubjectError: if it stands for several members
    :raises OrderRefusedError: if no reason is given
    """
    reason = _needed(reason)
    subject = find_subject(key)
    document = held_about(subject, key=key.strip(), elsewhere=_elsewhere(subject), now=now)
    operations.record(
        name=EXPORTED,
        by=by,
        now=now,
        object_type="subject",
        object_key=_number(subject),
        new={"orders": len(subject.order_ids)},
        reason=_without_key(reason, key),
    )
    return document


def _elsewhere(subject: Subject) -> Elsewhere:
    buyer, ids = _buyer_id(subject), subject.order_ids
    return Elsewhere(registry.also_held(buyer, ids), registry.also_logged(buyer, ids))


def _buyer_id(subject: Subject) -> int | None:
    return subject.buyer.pk if subject.buyer else None


def _needed(reason: str) -> str:
    if not reason.strip():
        raise OrderRefusedError(_("写一下理由：谁、什么时候、怎么提出的。"))
    return reason.strip()[:300]


def _without_key(reason: str, key: str) -> str:
    return reason.replace(key.strip(), "***")


def _number(subject: Subject) -> str:
    return f"buyer:{subject.buyer.pk}" if subject.buyer else f"order:{subject.order_ids[0]}"


@transaction.atomic
def erase_subject(*, key: str, reason: str, by: User | None, now: datetime) -> Erased:
    """Erase everything held about a person; the trade record stays under a pseudonym.

    Goes: contacts, member name, messages, memos, words in holds, refunds and the log, what imports
    remembered, and the encrypted originals of the files that brought the orders. Files that come
    later bring nothing of it back. Asked again, nothing changes and the answer says so. Locks the
    person's orders.

    :raises UnknownSubjectError: if nothing is and nothing was held under this key
    :raises AmbiguousSubjectError: if it stands for several members
    :raises OrderRefusedError: if no reason is given, or an order is still to be shipped
    """
    reason = _needed(reason)
    try:
        subject = find_subject(key)
    except UnknownSubjectError:
        return _already(erasure_of(key))
    ids = _locked(subject.order_ids)
    if ids and not Order.objects.filter(pk__in=ids).exclude(erased__isnull=False).exists():
        return _already(erasure_of(key) or Erasure.objects.get(orders=ids[0]))
    _refuse_open(ids)
    return _erase(subject, ids, key=key, reason=reason, by=by, now=now)


def _locked(order_ids: Sequence[int]) -> list[int]:
    orders = Order.objects.select_for_update(of=("self",)).filter(pk__in=order_ids)
    return list(orders.order_by("pk").values_list("pk", flat=True))


def _already(made: Erasure | None) -> Erased:
    if made is None:
        raise UnknownSubjectError
    return Erased(made.pseudonym, 0, 0, 0, 0, 0, already=True)


def _refuse_open(ids: list[int]) -> None:
    open_orders = Order.objects.filter(pk__in=ids, stage__in=OPEN_STAGES)
    tids = list(open_orders.order_by("pk").values_list("tid", flat=True)[:5])
    if tids:
        raise OrderRefusedError(
            _("还有没发出的订单（%(tids)s），没有地址就发不了货：发出或关闭以后再删。")
            % {"tids": ", ".join(tids)}
        )


def _erase(
    subject: Subject, ids: list[int], *, key: str, reason: str, by: User | None, now: datetime
) -> Erased:
    texts, batches = spoken_texts(subject), batches_of(ids)
    keys = log_keys(subject, registry.also_logged(_buyer_id(subject), ids))
    names = names_of(subject)
    pseudonym = f"erased-{secrets.token_hex(8)}"
    made = Erasure.objects.create(
        pseudonym=pseudonym,
        key_index=blind_index(key.strip()),
        erased_at=now,
        erased_by=by,
        reason=_without_key(reason, key),
    )
    ErasedOrder.objects.bulk_create(
        [ErasedOrder(order_id=one, erasure=made) for one in ids], ignore_conflicts=True
    )
    with connection.cursor() as cursor:
        counts = _erase_rows(cursor, ids)
    _rename(subject, ids, pseudonym)
    registry.forget_also(registry.ForgottenPerson(_buyer_id(subject), ids, names, pseudonym, now))
    forget_names(names, pseudonym=pseudonym)
    _forget_runs(texts, now=now)
    _forget_previews(batches, keys["order"])
    _forget_rejected(batches, texts)
    logged = forget_in_log(keys=keys, renamed=dict.fromkeys(names, pseudonym), texts=texts)
    files = forget_originals(batches)
    erased = Erased(pseudonym, len(ids), counts["contacts"], counts["changes"], files, logged)
    operations.record(
        name=ERASED,
        by=by,
        now=now,
        object_type="subject",
        object_key=_number(subject),
        new={"orders": erased.orders, "contacts": erased.contacts, "files": erased.files,
             "operations": erased.operations},
        reason=made.reason,
    )  # fmt: skip
    return erased


def _erase_rows(cursor: Any, ids: list[int]) -> dict[str, int]:  # noqa: ANN401
    cursor.execute("DROP TABLE IF EXISTS erase_subject")
    cursor.execute(
        "CREATE TEMP TABLE erase_subject ON COMMIT DROP AS SELECT unnest(%s::bigint[]) AS id", [ids]
    )
    wanted = "SELECT id FROM erase_subject"
    counts = erase_contacts(cursor, wanted)
    counts["changes"] += forget_changes(cursor, "orders_order", wanted, _PERSON_COLUMNS)
    refunds = f"SELECT id FROM orders_refund WHERE order_id IN ({wanted})"
    counts["changes"] += forget_changes(cursor, "orders_refund", refunds, ("explanation",))
    return counts


def _rename(subject: Subject, ids: list[int], pseudonym: str) -> None:
    """Put the pseudonym where the person stood, and nothing where only words stood."""
    Order.objects.filter(pk__in=ids).update(
        buyer_nick=pseudonym,
        buyer_message="",
        seller_memo="",
        is_memo_by_hand=False,
        version=F("version") + 1,  # a page that still shows the memo cannot save it again
    )
    Refund.objects.filter(order_id__in=ids).update(explanation="")
    forget_words(ids)
    forget_evidence(ids)
    BillLine.objects.filter(order_id__in=ids).update(title="", remark="")
    inside = ParcelLine.objects.filter(order__in=ids).values("parcel")
    for packed in (Parcel.objects.filter(order__in=ids), Parcel.objects.filter(pk__in=inside)):
        packed.update(skip_reason="")
    Hold.objects.filter(order_id__in=ids).update(note="", told_words="", resolution="")
    changes = ParcelChange.objects.filter(pk__in=ParcelChange.objects.filter(orders__in=ids))
    changes.update(consent_words=Case(When(consent_words="", then=Value("")), default=Value("***")))
    changes.update(reason="")
    ShipApart.objects.filter(Q(first__in=ids) | Q(second__in=ids)).update(reason="")
    # Their hashes stay, so that the same file brings no word of it back.
    traces_of(ids).order_by().update(place="", text="")
    for hold in Hold.objects.filter(order_id__in=ids).exclude(reason="").order_by("pk"):
        hold.reason = hold.reason.split("|", 1)[0]
        hold.save(update_fields=["reason"])
    if subject.buyer:
        Buyer.objects.filter(pk=subject.buyer.pk).update(key=pseudonym, nick=pseudonym)
        BlackListEntry.objects.filter(buyer=subject.buyer).update(reason="***")


def _forget_runs(texts: list[str], *, now: datetime) -> None:
    """Delete all exported files, which live a day anyway, and hide what runs say of the person."""
    transaction.on_commit(partial(remove_old_exports, now + KEPT))
    fields = ("payload", "cursor", "result")
    said = Q(pk__in=[])
    for text in texts:
        for field in fields:
            said |= Q(**{f"{field}__icontains": text})
    for run in Run.objects.filter(said).order_by("pk"):
        for field in fields:
            setattr(run, field, _hidden(getattr(run, field), texts))
        run.save(update_fields=fields)


def _hidden(value: Any, texts: list[str]) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        return {name: _hidden(one, texts) for name, one in value.items()}
    if isinstance(value, list):
        return [_hidden(one, texts) for one in value]
    if isinstance(value, str):
        for text in texts:
            value = value.replace(text, "***")
    return value


def _forget_previews(batch_ids: list[int], tids: list[str]) -> None:
    """Take the orders out of the samples of previews, and out of rows still staged."""
    for batch in Batch.objects.filter(pk__in=batch_ids).order_by("pk"):
        if batch.preview.get("sample"):
            batch.preview["sample"] = []
            batch.save(update_fields=["preview"])
    waiting = Batch.objects.exclude(state__in=("done", "undone", "refused", "discarded"))
    for pk in waiting.order_by("pk").values_list("pk", flat=True):
        if stage_exists(stage_name(pk)):
            _forget_staged(stage_name(pk), tids)


def _forget_staged(stage: str, tids: list[str]) -> None:
    """Take staged rows of these orders out: by tid, or by the waybills of carriers' files."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
            " AND attname IN ('tid', 'waybill_no')",
            [stage],
        )
        columns = {name for (name,) in cursor.fetchall()}
        if "tid" in columns:
            cursor.execute(f"DELETE FROM {stage} WHERE tid = ANY(%s)", [tids])
        elif "waybill_no" in columns:
            cursor.execute(
                f"DELETE FROM {stage} WHERE waybill_no IN (SELECT h.waybill_no FROM orders_shipment h"
                " JOIN orders_order o ON o.id = h.order_id WHERE o.tid = ANY(%s))",
                [tids],
            )


def _forget_rejected(batch_ids: list[int], texts: list[str]) -> None:
    """Hide what rejected rows of these files show of the person."""
    for text in texts:
        shown = RowError.objects.filter(batch_id__in=batch_ids, value__contains=text)
        shown.update(value="***")
