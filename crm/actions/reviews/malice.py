"""The file against a malicious review: opened with what we know, evidence added, complained of, ended."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from crm.actions.desk_errors import ServiceRefusedError
from crm.actions.reviews.locks import locked_file, locked_reviews
from crm.models import MaliceFile, MaliceProof, Review
from crm.review_choices import MALICE_TRANSITIONS, MaliceState, ProofKind
from orders.models import CaseEvent, Order, Shipment
from orders.rules.evidence import LARGEST_BYTES, sniff, tidy_name
from shopops.lib import vault
from shopops.lib.business_time import SHANGHAI
from shopops.staff import operations
from shopops.staff.models import User

OBJECT = "malice_file"
MOST_PROOFS = 60
MOST_SIMILAR = 20


@dataclass(frozen=True, slots=True)
class Proof:
    """A piece of evidence as it is sent: words, a file, or both."""

    kind: str
    happened_at: datetime
    words: str = ""
    file_name: str = ""
    data: bytes = b""


@transaction.atomic
def open_file(*, review_id: int, claim: str, by: User, now: datetime) -> MaliceFile:
    """Open the file against a review, with what we know already: order, parcels, chat, other reviews.

    :raises Review.DoesNotExist: if there is none
    :raises ServiceRefusedError: if no claim is made, or the review has a file
    """
    if not claim.strip():
        raise ServiceRefusedError(_("写下为什么是恶意评价。"))
    rows = locked_reviews([review_id])
    if not rows:
        raise Review.DoesNotExist
    review = rows[0]
    if MaliceFile.objects.filter(review=review).exists():
        raise ServiceRefusedError(_("这条评价已经有证据档案。"))
    row = MaliceFile.objects.create(
        review=review, opened_at=now, opened_by=by, claim=claim.strip()[:1000]
    )
    known = [*_order_facts(review), *_chat(review), *_similar(review)]
    MaliceProof.objects.bulk_create(
        MaliceProof(
            file=row, added_at=now, added_by=by, kind=one.kind, happened_at=one.happened_at,
            words=one.words,
        )
        for one in known
    )  # fmt: skip
    _record("crm.malice.opened", row, by=by, now=now, reason=claim)
    return row


def _order_facts(review: Review) -> list[Proof]:
    order = review.order
    if order is None or order.paid_at is None:
        return []
    found = [Proof(ProofKind.ORDER, order.paid_at, _paid_words(order))]
    for parcel in Shipment.objects.filter(order=order).order_by("pk"):
        for at, what in (
            (parcel.picked_up_at, _("揽收")),
            (parcel.signed_at, _("签收")),
        ):
            if at is not None:
                words = f"{parcel.carrier} {parcel.waybill_no} {what}"
                found.append(Proof(ProofKind.ORDER, at, words.strip()))
    return found


def _paid_words(order: Order) -> str:
    return _("订单 %(tid)s 付款 %(amount)s 元，退款 %(back)s 元") % {
        "tid": order.tid,
        "amount": order.paid_amount,
        "back": order.refund_amount,
    }


def _chat(review: Review) -> list[Proof]:
    if review.order is None:
        return []
    events = CaseEvent.objects.filter(case__order=review.order).order_by("at", "pk")
    return [
        Proof(ProofKind.CHAT, event.at, _said(event.get_kind_display(), event.words))
        for event in events
    ]


def _said(label: str, value: str) -> str:
    return _("%(label)s：%(value)s") % {"label": label, "value": value}


def _similar(review: Review) -> list[Proof]:
    """Give the same buyer's other bad reviews; a masked nick is nobody, so it needs the buyer."""
    same = Q(buyer=review.buyer_id) if review.buyer_id else Q(nick=review.nick, is_masked=False)
    if review.buyer_id is None and review.is_masked:
        return []
    rows = Review.objects.filter(same).exclude(pk=review.pk).exclude(rating="good")
    return [
        Proof(
            ProofKind.SIMILAR,
            one.rated_at,
            _said(one.get_rating_display(), f"{one.content} {one.append}".strip()),
        )
        for one in rows.order_by("-rated_at", "pk")[:MOST_SIMILAR]
    ]


def add_proof(*, file_id: int, proof: Proof, by: User, now: datetime) -> MaliceProof:
    """Add evidence to a file that is being collected. A picture, video or PDF goes into the vault.

    :raises MaliceFile.DoesNotExist: if there is none
    :raises ServiceRefusedError: if it is empty, too big, no such file by its content, there already, later
        than now, or the complaint was made
    """
    if proof.kind not in ProofKind:
        raise ServiceRefusedError(_("选这是什么证据。"))
    if not proof.data and not proof.words.strip():
        raise ServiceRefusedError(_("写下证据，或者选一个文件。"))
    if proof.happened_at > now:
        raise ServiceRefusedError(_("发生的时间在以后。"))
    if not proof.data:
        return _keep(file_id, proof, None, "", "", by, now)
    kind = sniff(proof.data[:64])
    if kind is None or len(proof.data) > LARGEST_BYTES:
        raise ServiceRefusedError(
            _("只收图片、视频或 PDF，不超过 %(mb)d MB；改扩展名没有用。")
            % {"mb": LARGEST_BYTES >> 20}
        )
    stored = vault.store(io.BytesIO(proof.data))
    name = tidy_name(proof.file_name, kind)
    try:
        return _keep(file_id, proof, stored, name, kind.content_type, by, now)
    except BaseException:
        vault.remove(stored.name)
        raise


@transaction.atomic
def _keep(  # noqa: PLR0913
    file_id: int,
    proof: Proof,
    stored: vault.Stored | None,
    name: str,
    content_type: str,
    by: User,
    now: datetime,
) -> MaliceProof:
    row = locked_file(file_id=file_id, version=None)
    if row.state != MaliceState.COLLECTING:
        raise ServiceRefusedError(_("投诉以后证据不再改；平台不支持时可以重新收集。"))
    if stored and row.proofs.filter(sha256=stored.sha256).exists():
        raise ServiceRefusedError(_("这份证据里已经有这个文件。"))
    if row.proofs.count() >= MOST_PROOFS:
        raise ServiceRefusedError(_("一份档案最多 %(n)d 条证据。") % {"n": MOST_PROOFS})
    kept = MaliceProof.objects.create(
        file=row,
        added_at=now,
        added_by=by,
        happened_at=proof.happened_at,
        size=stored.size_bytes if stored else 0,
        kind=proof.kind,
        sha256=stored.sha256 if stored else "",
        content_type=content_type,
        name=name,
        path=stored.name if stored else "",
        words=proof.words.strip()[:4000],
    )
    row.version += 1
    row.save(update_fields=["version"])
    _record(
        "crm.malice.proof_added", row, by=by, now=now, new={"proof": kept.pk, "kind": kept.kind}
    )
    return kept


@transaction.atomic
def move_file(
    *, file_id: int, state: str, words: str, version: int, by: User, now: datetime
) -> MaliceFile:
    """Complain (with the platform's number), note its word, drop it, or collect anew.

    :raises ServiceRefusedError: if the file cannot go there now, or the number or ending is missing
    :raises StaleServiceError: if a colleague changed it since `version`
    """
    row = locked_file(file_id=file_id, version=version)
    if (
        state not in MaliceState
        or MaliceState(state) not in MALICE_TRANSITIONS[MaliceState(row.state)]
    ):
        raise ServiceRefusedError(_("现在不能改成这个状态。"))
    if state != MaliceState.COLLECTING and not words.strip():
        raise ServiceRefusedError(_("写投诉编号或平台怎么说的。"))
    old = row.state
    row.state = state
    if state == MaliceState.COMPLAINED:
        row.complaint_no, row.complained_at = words.strip()[:40], now
    elif state == MaliceState.COLLECTING:
        row.ended_at = None
    else:
        row.ending, row.ended_at = words.strip()[:500], now
    row.version += 1
    row.save()
    _record(
        "crm.malice.moved",
        row,
        by=by,
        now=now,
        old={"state": old},
        new={"state": state},
        reason=words,
    )
    return row


def log_export(*, row: MaliceFile, form: str, by: User, now: datetime) -> None:
    """Note that a file was taken out of the house, in which form."""
    _record("crm.malice.exported", row, by=by, now=now, new={"form": form})


def when_words(at: datetime) -> str:
    """Give an instant as papers show it."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def kept_names(names: Iterable[str]) -> set[str]:
    """Say which of some names in the vault are evidence here: the sweeper of lost files asks."""
    found = MaliceProof.objects.filter(path__in=list(names)).values_list("path", flat=True)
    return set(found)


def _record(name: str, row: MaliceFile, *, by: User, now: datetime, **more: Any) -> None:  # noqa: ANN401
    operations.record(name=name, by=by, now=now, object_type=OBJECT, object_key=str(row.pk), **more)
