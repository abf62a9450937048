"""Options that commands of customers share."""

from argparse import ArgumentTypeError
from datetime import date


def day_option(text: str) -> date:
    """Read a day written as 2026-09-17."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no date, write 2026-09-17") from error


def positive_option(text: str) -> int:
    """Read a number of days."""
    if not text.isdecimal() or not 1 <= int(text) <= 3660:
        raise ArgumentTypeError(f"{text!r} is no number of days from 1 to 3660")
    return int(text)
