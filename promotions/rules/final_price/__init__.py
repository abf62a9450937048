"""The final price (到手价) in whole cents: pure rules under dated rows.

`docs/algorithms/final_price.md` tells the eight lines, the rows and what is still open.
"""

from promotions.rules.final_price.engine import quote
from promotions.rules.final_price.item_level import allowed_range, check_ranges
from promotions.rules.final_price.laws import Raise, raises
from promotions.rules.final_price.lowest import lowest, lowest_figures
from promotions.rules.final_price.rows import RuleRow, RuleSet
from promotions.rules.final_price.shapes import (
    Freight,
    FreightTemplate,
    Line,
    LineQuote,
    Lowest,
    Perk,
    PerkError,
    Quote,
    Reading,
    Share,
    Step,
)
from promotions.rules.final_price.tools import Toolbox, check_perk, toolbox

__all__ = [
    "Freight",
    "FreightTemplate",
    "Line",
    "LineQuote",
    "Lowest",
    "Perk",
    "PerkError",
    "Quote",
    "Raise",
    "Reading",
    "RuleRow",
    "RuleSet",
    "Share",
    "Step",
    "Toolbox",
    "allowed_range",
    "check_perk",
    "check_ranges",
    "lowest",
    "lowest_figures",
    "quote",
    "raises",
    "toolbox",
]
