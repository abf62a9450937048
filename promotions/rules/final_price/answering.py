"""A quote as the document that `manage.py quote` and the API answer with."""

from collections.abc import Callable, Sequence
from typing import Any

from promotions.rules.final_price.laws import Raise
from promotions.rules.final_price.shapes import Quote, Step


def yuan(cents: int) -> str:
    """Write cents as CNY with two decimals."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def document(
    quote: Quote,
    *,
    words: Callable[[Step], str],
    reading_words: Callable[[str], str],
    findings: Sequence[Raise] = (),
) -> dict[str, Any]:
    """Give the promised keys, and beside them other readings and findings."""
    return {
        "total": yuan(quote.total_cents),
        "freight": yuan(quote.freight_cents),
        "lines": [
            {
                "sku": line.sku,
                "pay": yuan(line.pay_cents),
                "shares": [{"code": one.code, "off": yuan(one.off_cents)} for one in line.shares],
            }
            for line in quote.lines
        ],
        "steps": [
            {
                "code": step.code,
                "level": step.level,
                "text": words(step),
                "off": yuan(step.off_cents),
                "running": yuan(step.running_cents),
                "rule": step.rule,
                "mark": step.mark,
            }
            for step in quote.steps
        ],
        "rules": list(quote.rules),
        "readings": [
            {"code": one.code, "text": reading_words(one.code), "total": yuan(one.total_cents)}
            for one in quote.readings
        ],
        "exact": quote.is_exact,
        "findings": [
            {"code": "raises", "benefit": one.code, "with": yuan(one.with_cents), "without": yuan(one.without_cents)}
            for one in findings
        ],
    }  # fmt: skip
