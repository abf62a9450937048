"""Laws that a set of benefits must keep; where one is broken, it is a finding with both figures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from promotions.rules.final_price.engine import quote
from promotions.rules.final_price.rows import RuleSet
from promotions.rules.final_price.shapes import Line, Perk


@dataclass(frozen=True, slots=True)
class Raise:
    """A benefit with which a basket costs more than without it."""

    code: str
    with_cents: int
    without_cents: int


def raises(
    lines: Sequence[Line], perks: Sequence[Perk], rules: RuleSet, audience: Iterable[str] = ()
) -> list[Raise]:
    """Name the benefits that make a basket dearer.

    Possible on the sequential basis (V21), and where a tool lowers the 标价 itself under a threshold.
    """
    who = tuple(audience)
    lines = [
        replace(line, template="") for line in lines
    ]  # goods only: freight is no benefit's matter
    whole = quote(lines, perks, rules, who).goods_cents
    found = []
    for at, perk in enumerate(perks):
        less = quote(lines, [*perks[:at], *perks[at + 1 :]], rules, who).goods_cents
        if less < whole:
            found.append(Raise(perk.code, whole, less))
    return found
