"""What goes into the final price and what comes out: baskets, benefits, sums. Whole cents throughout."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

type Level = Literal["list", "item", "shop", "cross", "asset", "freight", "unused"]


@dataclass(frozen=True, slots=True)
class Line:
    """So many pieces of a SKU at its 标价. `template` names a freight template, empty: none.

    One line is one sub-order: the same item, the same SKU, the same address. `weight` is in grams and
    `volume` in cm³, for templates that go by them.
    """

    sku: str
    price_cents: int
    quantity: int
    template: str = ""
    weight: int = 0
    volume: int = 0


@dataclass(frozen=True, slots=True)
class Perk:
    """A benefit as the engine takes it. `parameters` by kind as in `BenefitKind`.

    `skus` None: all. `amounts`: cents per SKU where the benefit has a figure of its own per SKU.
    `parameters["rule"]` names the rule row where a kind has several (IT4 for 超级立减, CR5 …).
    """

    code: str
    kind: str
    parameters: Mapping[str, Any]
    skus: frozenset[str] | None = None
    audience: str = "public"
    amounts: Mapping[str, int] = field(default_factory=dict)

    def covers(self, sku: str) -> bool:
        """Tell whether it is for a SKU."""
        return self.skus is None or sku in self.skus


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the sum. `text` is evidence, `code|value|…`, worded by `promotions.wording.price`.

    `rule`: the code of the rule row that says so; `mark` how well that row is known.
    """

    code: str
    level: Level
    text: str
    off_cents: int
    running_cents: int
    rule: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """What one benefit takes off one line."""

    code: str
    off_cents: int


@dataclass(frozen=True, slots=True)
class LineQuote:
    """What is paid for one line: `full_cents` less all shares."""

    sku: str
    pay_cents: int
    shares: tuple[Share, ...]
    full_cents: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """Another total that an open point of the rules allows; shown beside the one that counts."""

    code: str
    total_cents: int


@dataclass(frozen=True, slots=True)
class Quote:
    """The final price of a basket. `total_cents` is goods and freight together.

    `is_exact` False: the basket has too many ways to use its benefits; the best found is given.
    """

    total_cents: int
    freight_cents: int
    lines: tuple[LineQuote, ...]
    steps: tuple[Step, ...]
    rules: tuple[str, ...]
    readings: tuple[Reading, ...] = ()
    is_exact: bool = True

    @property
    def goods_cents(self) -> int:
        """Give what is paid for the goods alone."""
        return self.total_cents - self.freight_cents


@dataclass(frozen=True, slots=True)
class Lowest:
    """The least payment per piece of a SKU, rounded up to a cent, with how many pieces and why."""

    amount_cents: int
    quantity: int
    one_piece_cents: int
    quote: Quote


@dataclass(frozen=True, slots=True)
class FreightTemplate:
    """F1: what the first units and each further step cost. `unit`: pieces, weight (g), volume (cm³)."""

    unit: Literal["pieces", "weight", "volume"]
    first: int
    first_cents: int
    add: int
    add_cents: int


@dataclass(frozen=True, slots=True)
class Freight:
    """Freight templates of a region by name, already chosen for where the goods go."""

    templates: Mapping[str, FreightTemplate]
    region: str = ""


class PerkError(ValueError):
    """A benefit or a basket cannot be so. `evidence` is `code|value|…`, worded by `promotions.wording.price`."""

    def __init__(self, evidence: str) -> None:
        super().__init__(evidence)
        self.evidence = evidence


type Cuts = Sequence[int]
