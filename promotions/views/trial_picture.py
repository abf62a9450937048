"""How a test's values are written, and the small picture of a value with its interval."""

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from promotions.choices import TrialMeasure
from promotions.metrics.ab import Span
from promotions.wording.partners import points
from shopops.lib.templatetags.shop import UNKNOWN, money, rate


def value_words(value: float | None, measure: TrialMeasure, *, is_difference: bool = False) -> str:
    """Write a rate as percent or an amount as money; a difference of rates in points, with its sign."""
    if value is None:
        return UNKNOWN
    if measure == TrialMeasure.AMOUNT:
        sign = "+" if is_difference and value > 0 else ""
        return f"{sign}{money(value)}"
    if is_difference:
        return _("%(points)s 个百分点") % {"points": points(value)}
    return rate(value, 2)


def interval_picture(span: Span, *, low: float, high: float, zero: bool = False) -> SafeString:
    """Draw a value as a mark in its interval, on a scale from `low` to `high`; hidden from readers."""
    if span.value is None or high <= low:
        return SafeString("")

    def at(value: float) -> float:
        return round(max(0.0, min(100.0, (value - low) / (high - low) * 100)), 2)

    shapes = ['<rect class="sc-t" x="0" y="6" width="100%" height="2"/>']
    if span.low is not None and span.high is not None:
        left, right = at(span.low), at(span.high)
        shapes.append(
            f'<rect class="f-us3" x="{left}%" y="4" width="{max(right - left, 0.5)}%" height="6" rx="2"/>'
        )
    if zero:
        shapes.append(f'<rect class="sc-p" x="{at(0)}%" y="0" width="1" height="14"/>')
    shapes.append(f'<circle class="sp-d" cx="{at(span.value)}%" cy="7" r="4"/>')
    return mark_safe(f'<svg class="so-scale" aria-hidden="true">{"".join(shapes)}</svg>')  # noqa: S308
