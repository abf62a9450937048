"""Figures in the words of their unit."""

from decimal import Decimal

from analytics.figures import figure
from analytics.rules.bands import Band
from analytics.wording.stats import seconds_words
from shopops.lib.templatetags.shop import count, money, rate


def value_words(code: str, value: Decimal | float | None) -> str:
    """Write a figure in its unit; empty where it is unknown."""
    if value is None:
        return ""
    number = Decimal(str(value))
    unit = figure(code).unit
    if unit == "money":
        return money(number.quantize(Decimal("0.01")))
    if unit == "rate":
        return rate(number, 2)
    if unit == "score":
        return f"{number:.2f}"
    if unit == "seconds":
        return seconds_words(number)
    return count(round(number))


def band_words(code: str, band: Band | None) -> str:
    """Write where the figure usually lies; empty without a band."""
    if band is None:
        return ""
    return f"{value_words(code, band.low)}–{value_words(code, band.high)}"
