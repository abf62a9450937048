"""Money is Decimal CNY with two places; text from outside passes one strict gate."""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

FEN = Decimal("0.01")
_AMOUNT = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,2})?")


def parse_amount(text: str) -> Decimal:
    """Read an amount as a file writes it: thousands commas and a trailing 元 are allowed.

    :raises ValueError: for anything else (`1_000`, `NaN`, `1E+3`, three decimals)
    """
    plain = unicodedata.normalize("NFKC", text).strip().removesuffix("元").replace(",", "")
    if not _AMOUNT.fullmatch(plain):
        raise ValueError(f"not an amount: {text!r}")
    return Decimal(plain).quantize(FEN)


def to_fen(amount: Decimal) -> int:
    """Give an amount in whole fen, half up."""
    return int((amount * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def from_fen(fen: int) -> Decimal:
    """Give whole fen as CNY."""
    return Decimal(fen).scaleb(-2).quantize(FEN)


def half_up(amount: Decimal) -> Decimal:
    """Round to fen, half up: the platform's way, not the banker's."""
    return amount.quantize(FEN, rounding=ROUND_HALF_UP)
