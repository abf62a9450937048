"""Which orders could travel in one parcel, and how sure one may be of it. Pure.

Needs `orders.choices`, so `orders.rules` does not re-export it.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import md5

from orders.choices import MergeRisk

# What must agree for two parcels to have one receiver; masked parts compare as they are.
RECEIVER_COLUMNS = (
    "receiver_name",
    "receiver_phone",
    "receiver_province",
    "receiver_city",
    "receiver_district",
    "receiver_address",
)
_BLANKS = str.maketrans("", "", " \t\r\n")
_BETWEEN = "\x1f"


@dataclass(frozen=True, slots=True)
class MergeFacts:
    """An order as merging sees it. `receiver`: the columns of `RECEIVER_COLUMNS`, as stored."""

    tid: str
    buyer_id: int | None
    receiver: tuple[str, ...]
    is_paid: bool


class NothingInCommonError(Exception):
    """The orders share neither buyer nor address."""


def plain(text: str) -> str:
    """Bring a part of an address to the form in which it is compared: half-width, without blanks."""
    return unicodedata.normalize("NFKC", text).translate(_BLANKS)


def receiver_key(receiver: Sequence[str]) -> tuple[str, ...]:
    """Give a receiver in the form in which receivers are compared."""
    return tuple(plain(part) for part in receiver)


def merge_key(buyer_id: int | None, receiver: Sequence[str]) -> int | None:
    """Give the number that orders of one buyer to one receiver share; None where either is unknown.

    `MERGE_KEY_SQL` is the same in the database; a test holds the two together. A shop has one
    warehouse, so it is no part of the key.
    """
    if buyer_id is None or not plain(receiver[-1]):
        return None
    text = _BETWEEN.join((str(buyer_id), *receiver_key(receiver)))
    digest = md5(text.encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def _plain_sql(column: str) -> str:
    return f"translate(normalize(o.{column}, NFKC), E' \\t\\r\\n', '')"


_PARTS = ", ".join(_plain_sql(column) for column in RECEIVER_COLUMNS)
# Over `o`, a row of orders_order.
MERGE_KEY_SQL = (
    f"CASE WHEN o.buyer_id IS NOT NULL AND {_plain_sql('receiver_address')} <> '' THEN"
    f" ('x' || left(md5(concat_ws(E'\\x1f', o.buyer_id::text, {_PARTS})), 16))::bit(64)::bigint END"
)


def merge_risk(orders: Sequence[MergeFacts]) -> MergeRisk:
    """Say how risky it is to send these orders in one parcel.

    Low: one buyer, one address. Middle: one buyer with several addresses, or one address of several
    buyers. High: one of them is not paid.

    :raises NothingInCommonError: if they share neither buyer nor address
    """
    buyers = {order.buyer_id for order in orders}
    receivers = {receiver_key(order.receiver) for order in orders}
    is_one_buyer = len(buyers) == 1 and None not in buyers
    is_one_receiver = len(receivers) == 1 and bool(plain(orders[0].receiver[-1]))
    if not is_one_buyer and not is_one_receiver:
        raise NothingInCommonError
    if not all(order.is_paid for order in orders):
        return MergeRisk.HIGH
    return MergeRisk.LOW if is_one_buyer and is_one_receiver else MergeRisk.MIDDLE


def differing(orders: Sequence[MergeFacts]) -> tuple[str, ...]:
    """Name the columns of the receiver in which these orders differ."""
    keys = [receiver_key(order.receiver) for order in orders]
    return tuple(
        column for at, column in enumerate(RECEIVER_COLUMNS) if len({key[at] for key in keys}) > 1
    )
