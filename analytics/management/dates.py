"""Dates on the command line."""

import argparse
from datetime import date


def day_option(text: str) -> date:
    """Read an ISO date.

    :raises argparse.ArgumentTypeError: if it is none
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"not a date: {text}") from error
