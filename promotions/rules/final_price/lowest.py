"""The lowest price any buyer can reach for a SKU: over how many pieces, and what it rests on."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from promotions.rules.final_price.engine import quote, solve
from promotions.rules.final_price.rows import RuleSet
from promotions.rules.final_price.shapes import Line, Lowest, Perk
from promotions.rules.final_price.tools import Toolbox, toolbox

# Beyond it comparing payments per piece in whole numbers would not fit into 64 bits.
MOST_PIECES = 20


def most_pieces(rules: RuleSet) -> int:
    """Give how many pieces are tried: row LOW, 1 to 20."""
    return max(1, min(MOST_PIECES, int(rules.parameter("LOW", "pieces"))))


def lowest(
    line: Line, perks: Sequence[Perk], rules: RuleSet, audience: Iterable[str] = ()
) -> Lowest:
    """Find the least payment per piece of one SKU over 1 to N pieces, public benefits unless told.

    The piece count of `line` is not looked at. Freight does not count.

    :raises PerkError: if the line or a benefit makes no sense
    """
    who = tuple(audience)
    amount, quantity, one_piece = lowest_figures(
        line.sku, line.price_cents, toolbox(perks, rules, who)
    )
    full = quote([_of(line, quantity)], perks, rules, who)
    return Lowest(amount, quantity, one_piece, full)


def lowest_figures(sku: str, price_cents: int, tools: Toolbox) -> tuple[int, int, int]:
    """Give (least cents per piece, rounded up; with how many pieces; cents of one piece)."""
    best: Fraction | None = None
    quantity, one_piece = 1, price_cents
    only_one = not any(tools.of(level) for level in ("coupon", "multi", "cross", "asset"))
    for pieces in range(1, 2 if only_one else most_pieces(tools.rules) + 1):
        total = solve([Line(sku, price_cents, pieces)], tools)[2].total
        each = Fraction(total, pieces)
        if pieces == 1:
            one_piece = total
        if best is None or each < best:
            best, quantity = each, pieces
    amount = best if best is not None else Fraction(price_cents)
    return -(-amount.numerator // amount.denominator), quantity, one_piece


def _of(line: Line, pieces: int) -> Line:
    return Line(line.sku, line.price_cents, pieces)
