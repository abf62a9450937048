"""What an import changed, in words. What costs are is not among it: not everybody may see them."""

from products.wording import catalogue as wording


def column_words(column: str) -> str:
    """Give the name of a column; empty where it is not shown."""
    known = column in wording.FIELDS and column not in wording.SECRET
    return wording.field_words(column) if known else ""


def value_words(column: str, value: object) -> str:
    """Give a value of `column` as people read it."""
    return wording.value_words(column, value)
