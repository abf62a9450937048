"""Paging by key: a page costs the same wherever it lies, and rows never jump between pages."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

type Key = tuple[datetime, int]
type AmountKey = tuple[Decimal, int]


@dataclass(frozen=True, slots=True)
class Page[T]:
    """One page of rows, with the cursors of its neighbours (None where there is none)."""

    rows: Sequence[T]
    before: str | None
    after: str | None


def encode_key(key: Key | AmountKey) -> str:
    """Write a key (instant or amount, id) as an opaque URL parameter."""
    place = key[0].isoformat() if isinstance(key[0], datetime) else str(key[0])
    return base64.urlsafe_b64encode(json.dumps([place, key[1]]).encode()).decode()


def decode_key(text: str) -> Key:
    """Read what `encode_key` wrote.

    :raises ValueError: if the text was not written by it
    """
    try:
        at, pk = json.loads(base64.urlsafe_b64decode(text.encode()))
        return datetime.fromisoformat(at), int(pk)
    except (ValueError, TypeError) as error:
        raise ValueError("not a page key") from error


def decode_amount_key(text: str) -> AmountKey:
    """Read what `encode_key` wrote of an amount.

    :raises ValueError: if the text was not written by it
    """
    try:
        amount, pk = json.loads(base64.urlsafe_b64decode(text.encode()))
        place = Decimal(amount)
    except (ValueError, TypeError, InvalidOperation) as error:
        raise ValueError("not a page key") from error
    if not place.is_finite():
        raise ValueError("not a page key")
    return place, int(pk)


def page_of[T](
    rows: Sequence[T],
    *,
    size: int,
    backwards: bool,
    came_from: bool,
    key: Callable[[T], Key | AmountKey],
) -> Page[T]:
    """Cut `size` + 1 fetched rows to a page. `rows` stand in fetch order, reversed when backwards.

    `came_from`: whether a cursor was given, that is, whether the other side has rows.
    """
    has_more = len(rows) > size
    shown = list(rows[:size])
    if backwards:
        shown.reverse()
    if not shown:
        return Page(rows=[], before=None, after=None)
    first, last = encode_key(key(shown[0])), encode_key(key(shown[-1]))
    has_before = has_more if backwards else came_from
    has_after = came_from if backwards else has_more
    return Page(rows=shown, before=first if has_before else None, after=last if has_after else None)
