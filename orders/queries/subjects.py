"""Everything held about one person: who a key means, and what stands where."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _
from psycopg import sql

from orders import registry
from orders.models import (
    AfterSalesCase,
    BillLine,
    BlackListEntry,
    Buyer,
    CaseEvent,
    Compensation,
    ErasedOrder,
    Erasure,
    Evidence,
    GiftLine,
    Hold,
    Order,
    OrderContact,
    OrderLine,
    Refund,
    ShipApart,
    Shipment,
    SweepItem,
    TraceEvent,
)
from shopops.intake.models import Batch, RowChange
from shopops.lib.business_time import SHANGHAI
from shopops.lib.keys import SealBrokenError
from shopops.lib.sealing import blind_indexes, unseal
from shopops.lib.words import listed
from shopops.staff.models import Operation

_PHONE = re.compile(r"(?:\+?86)?(\d{7,13})")
SHORTEST_TEXT = 4
SHORTEST_NAME = 2


class SubjectError(Exception):
    """Nobody, or more than one person, is meant; the text says it to a person."""


class UnknownSubjectError(SubjectError):
    """Nothing is held under this key."""

    def __str__(self) -> str:
        return _("没有存这个人的信息。要写全：订单号、会员名或完整的手机号。")


class AmbiguousSubjectError(SubjectError):
    """The key stands for several members; each has to be answered alone."""

    def __init__(self, nicks: Sequence[str]) -> None:
        super().__init__()
        self.nicks = tuple(nicks)

    def __str__(self) -> str:
        nicks = listed(self.nicks)
        return _("这个号码对应几个买家（%(nicks)s），请逐个用会员名办理。") % {"nicks": nicks}


@dataclass(frozen=True, slots=True)
class Subject:
    """One person as the shop knows them: a member with all orders, or an order of nobody known."""

    buyer: Buyer | None
    order_ids: tuple[int, ...]


def find_subject(key: str) -> Subject:
    """Find a person by order number, buyer key, member name, or full phone number of a receiver.

    Who received is taken to be who bought: a phone number leads to the member with all their orders.

    :raises UnknownSubjectError: if nobody is found; masked names find nobody
    :raises AmbiguousSubjectError: if several members are
    """
    key = key.strip()
    if not key or "*" in key:
        raise UnknownSubjectError(key)
    orders: list[tuple[int, int | None]] = list(
        Order.objects.filter(tid=key).values_list("pk", "buyer_id")
    )
    buyers: set[int | None] = {buyer for _order, buyer in orders}
    if not orders:
        named = Buyer.objects.filter(Q(key=key) | Q(nick=key))
        buyers = {*named.values_list("pk", flat=True)}
    if not buyers:
        orders = _by_phone(key)
        buyers = {buyer for _order, buyer in orders}
    return _whole(orders, buyers)


def _by_phone(key: str) -> list[tuple[int, int | None]]:
    match = _PHONE.fullmatch(re.sub(r"[\s-]", "", key))
    if match is None:
        return []
    contacts = OrderContact.objects.filter(phone_index__in=blind_indexes(match[1]))
    return list(contacts.values_list("order_id", "order__buyer_id").order_by("order_id"))


def _whole(orders: Sequence[tuple[int, int | None]], buyers: set[int | None]) -> Subject:
    if not buyers:
        raise UnknownSubjectError
    known = sorted(buyer for buyer in buyers if buyer is not None)
    if len(known) > 1:
        nicks = Buyer.objects.filter(pk__in=known).order_by("pk").values_list("nick", flat=True)
        raise AmbiguousSubjectError(list(nicks))
    ids = {order for order, _buyer in orders}
    if not known:
        return Subject(None, tuple(sorted(ids)))
    ids |= set(Order.objects.filter(buyer_id=known[0]).values_list("pk", flat=True))
    return Subject(Buyer.objects.get(pk=known[0]), tuple(sorted(ids)))


def erasure_of(key: str) -> Erasure | None:
    """Give the erasure that was made under this very key, or that an order number belongs to."""
    made = Erasure.objects.filter(key_index__in=blind_indexes(key.strip())).order_by("-pk").first()
    if made is not None:
        return made
    order = ErasedOrder.objects.filter(order__tid=key.strip()).select_related("erasure").first()
    return order.erasure if order else None


def contacts_of(order_ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """Open the sealed contacts of some orders, by order; one whose key is gone is empty."""
    rows = OrderContact.objects.filter(order_id__in=list(order_ids)).order_by("order_id")
    return {row.order_id: _open(bytes(row.sealed)) for row in rows}


def _open(sealed: bytes) -> dict[str, str]:
    try:
        plain = json.loads(unseal(sealed))
    except SealBrokenError:
        return {}
    return {name: str(plain.get(name) or "") for name in ("name", "phone", "address")}


def names_of(subject: Subject) -> list[str]:
    """Give the names that a member goes by here."""
    return sorted({subject.buyer.key, subject.buyer.nick}) if subject.buyer else []


def telling_texts(subject: Subject) -> list[str]:
    """Give the texts that would give the person away: names of the member, phones, addresses."""
    texts = set(names_of(subject))
    for plain in contacts_of(subject.order_ids).values():
        texts |= {plain.get("phone", ""), plain.get("address", "")}
    return sorted(text for text in texts if len(text) >= SHORTEST_TEXT)


def spoken_texts(subject: Subject) -> list[str]:
    """Give the texts by which people speak of the person: the telling ones, short names too."""
    names = {plain.get("name", "") for plain in contacts_of(subject.order_ids).values()}
    texts = {*telling_texts(subject), *names_of(subject), *names}
    return sorted(text for text in texts if len(text) >= SHORTEST_NAME)


def batches_of(order_ids: Sequence[int]) -> list[int]:
    """Give the files that brought or changed some orders."""
    found: set[int | None] = set()
    ids = list(order_ids)
    for rows in (Order.objects.filter(pk__in=ids), *_children(ids, (OrderLine, Refund))):
        for pair in rows.values_list("first_batch_id", "last_batch_id").distinct():
            found |= set(pair)
    changes = RowChange.objects.filter(table="orders_order", row_pk__in=ids)
    found |= set(changes.values_list("batch_id", flat=True))
    for told_by in traces_of(ids).values_list("batch_ids", flat=True):
        found |= set(told_by)
    known = Batch.objects.filter(pk__in=[one for one in found if one is not None])
    return sorted(known.values_list("pk", flat=True))


def traces_of(order_ids: Sequence[int]) -> "QuerySet[TraceEvent]":
    """Give what carriers reported of the parcels of some orders."""
    waybills = Shipment.objects.filter(order__in=list(order_ids)).values("waybill_no")
    return TraceEvent.objects.filter(waybill_no__in=waybills).order_by("at", "pk")


def _children(ids: Sequence[int], models: Sequence[type[Model]]) -> list[Any]:
    return [model._default_manager.filter(order_id__in=ids) for model in models]


def held_about(subject: Subject, *, key: str, now: datetime) -> dict[str, Any]:
    """Give everything held about a person as one document, contacts in plain text."""
    ids = list(subject.order_ids)
    contacts = contacts_of(ids)
    orders = []
    for order in Order.objects.filter(pk__in=ids).order_by("created_at", "pk"):
        row = _row(order)
        row["receiver_plain"] = contacts.get(order.pk)
        for name, model in (
            ("lines", OrderLine),
            ("parcels", Shipment),
            ("refunds", Refund),
            ("holds", Hold),
            ("gifts", GiftLine),
            ("sweep", SweepItem),
            ("bill", BillLine),
        ):
            rows = model._default_manager.filter(order_id=order.pk).order_by("pk")
            row[name] = [_row(one) for one in rows]
        row["parcel_changes"] = _parcel_changes(order)
        row["traces"] = [
            _row(one, without=("text_hash", "batch_ids")) for one in traces_of([order.pk])
        ]
        row["cases"] = _cases(order)
        orders.append(row)
    files = Batch.objects.filter(pk__in=batches_of(ids)).order_by("pk")
    return {
        "key": key,
        "exported_at": now.astimezone(SHANGHAI).isoformat(),
        "person": _row(subject.buyer) if subject.buyer else None,
        "black_list": _black_list(subject),
        "orders": orders,
        **registry.also_held(subject.buyer.pk if subject.buyer else None, ids),
        "operations": _operations(subject),
        "files": [
            {"batch": one.pk, "file": one.file_name, "original_is_kept": bool(one.stored_name)}
            for one in files
        ],
    }


def _parcel_changes(order: Order) -> list[dict[str, Any]]:
    """Give merges, splits and words to ship apart; which row lay where says nothing of a person."""
    changes = order.parcel_changes.order_by("pk")
    apart = ShipApart.objects.filter(Q(first=order) | Q(second=order)).order_by("pk")
    return [_row(one, without=("before", "after")) for one in changes] + [
        _row(one) for one in apart
    ]


def _cases(order: Order) -> list[dict[str, Any]]:
    """Give the after-sales cases of an order with all that was said; of evidence, what is kept."""
    found = []
    for case in AfterSalesCase.objects.filter(order=order).order_by("pk"):
        row = _row(case)
        row["said"] = [_row(one) for one in CaseEvent.objects.filter(case=case).order_by("pk")]
        row["compensations"] = [
            _row(one) for one in Compensation.objects.filter(case=case).order_by("pk")
        ]
        row["evidence"] = [
            _row(one, without=("path",))
            for one in Evidence.objects.filter(case=case).order_by("pk")
        ]
        found.append(row)
    return found


def _black_list(subject: Subject) -> list[dict[str, Any]]:
    if subject.buyer is None:
        return []
    rows = BlackListEntry.objects.filter(buyer=subject.buyer).order_by("pk")
    return [_row(one) for one in rows]


def log_keys(subject: Subject) -> dict[str, list[str]]:
    """Give under which object keys the operation log speaks of a person."""
    tids = Order.objects.filter(pk__in=subject.order_ids).order_by("pk")
    buyer = subject.buyer
    return {
        "order": list(tids.values_list("tid", flat=True)),
        "buyer": [str(buyer.pk), *names_of(subject)] if buyer else [],
        **registry.also_logged(buyer.pk if buyer else None, subject.order_ids),
    }


def _operations(subject: Subject) -> list[dict[str, Any]]:
    wanted = Q(pk__in=[])
    for kind, keys in log_keys(subject).items():
        wanted |= Q(object_type=kind, object_key__in=keys)
    return [_row(row, without=("ip",)) for row in Operation.objects.filter(wanted).order_by("pk")]


def _row(row: Model, *, without: Sequence[str] = ()) -> dict[str, Any]:
    """Give a row's own columns that hold something, without keys of ours and hashes."""
    hidden = {"id", "version", "row_hash", "list_hash", "items_hash", *without}
    values = {}
    for field in row._meta.concrete_fields:
        value = field.value_from_object(row)
        if field.name in hidden or field.is_relation or value in (None, "", {}, []):
            continue
        values[field.name] = (
            value.astimezone(SHANGHAI).isoformat() if isinstance(value, datetime) else value
        )
    return values


def mentions(texts: Sequence[str]) -> list[dict[str, Any]]:
    """Say in which columns of the whole database any of some texts still stands, and how often.

    Cost: reads every table once.
    """
    if not texts:
        return []
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a"
            " JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r'"
            " WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped"
            " AND a.atttypid::regtype::text IN ('text', 'character varying', 'jsonb', 'json')"
            " GROUP BY c.relname ORDER BY c.relname"
        )
        for table, columns in cursor.fetchall():
            cursor.execute(_count_mentions(table, columns, len(texts)), list(texts) * len(columns))
            counts = zip(columns, cursor.fetchone(), strict=True)
            found += [{"table": table, "column": c, "rows": n} for c, n in counts if n]
    return found


def _count_mentions(table: str, columns: Sequence[str], texts: int) -> sql.Composed:
    counts = [
        sql.SQL("count(*) FILTER (WHERE {})").format(
            sql.SQL(" OR ").join(
                sql.SQL("strpos({}::text, %s) > 0").format(sql.Identifier(column))
                for _text in range(texts)
            )
        )
        for column in columns
    ]
    return sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join(counts), sql.Identifier(table))
