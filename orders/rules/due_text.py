"""The stored form of why an order is due: `code|clock|by|hours|cutoff|why`, blank where it does not apply.

The set-based statement of `orders.actions.due_times` writes the same text.
"""  # noqa: E501

from orders.rules.ship_by import DueCode, DueReason

FIELDS = ("clock", "by", "hours", "cutoff", "why")


def due_text(reason: DueReason) -> str:
    """Give the text to store with an order."""
    if not reason.figures:
        return str(reason.code)
    return "|".join([str(reason.code), *(str(reason.figures.get(name, "")) for name in FIELDS)])


def due_reason(text: str) -> DueReason | None:
    """Read a stored text back; None for an order whose due time was never worked out."""
    if not text:
        return None
    code, *values = text.split("|")
    figures = {name: value for name, value in zip(FIELDS, values, strict=False) if value}
    if "hours" in figures:
        return DueReason(DueCode(code), figures | {"hours": int(figures["hours"])})
    return DueReason(DueCode(code), dict(figures))
