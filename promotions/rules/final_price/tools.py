"""Benefits made ready for reckoning: figures as whole numbers, each with the row it falls under."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from promotions.rules.final_price.rows import RuleRow, RuleSet
from promotions.rules.final_price.shapes import Perk, PerkError

# Kinds that give the buyer something without changing what the goods cost.
PRICELESS = frozenset({"gift", "postage", "return_insurance", "auction"})
_LEVELS = {
    "price_tool": "price",
    "item_off": "item",
    "item_rate": "item",
    "official": "official",
    "coupon": "coupon",
    "multi_off": "multi",
    "multi_rate": "multi",
    "second_half": "multi",
    "cross": "cross",
    "asset": "asset",
}
MOST_CENTS = 100_000_000


@dataclass(frozen=True, slots=True)
class Tool:
    """One benefit in whole numbers.

    `off`, `threshold`, `per` in cents; `rate` is what is paid (0.96 for 96折), for `official` what is
    cut (0.15); `limit` how many coupons a buyer may use, 0: as many as the row lets.
    """

    perk: Perk
    row: RuleRow
    level: str
    off: int = 0
    rate: Fraction | None = None
    threshold: int = 0
    pieces: int = 0
    limit: int = 0
    repeats: bool = False
    tiers: tuple[tuple[int, int], ...] = ()

    @property
    def code(self) -> str:
        """The benefit's own code."""
        return self.perk.code

    @property
    def share_by(self) -> str:
        """By what an order-level amount is shared: `base` (标价 sum) or `item_net`."""
        return str(self.row.parameters.get("share_by", "base"))


@dataclass(frozen=True, slots=True)
class Toolbox:
    """All benefits that count for one buyer under one set of rules, by level."""

    rules: RuleSet
    by_level: Mapping[str, tuple[Tool, ...]]
    # (benefit, evidence why it does not count)
    unused: tuple[tuple[Perk, str], ...] = ()

    def of(self, level: str) -> tuple[Tool, ...]:
        """Give the tools of a level, by code: the order of benefits in a file means nothing."""
        return self.by_level.get(level, ())


def toolbox(perks: Sequence[Perk], rules: RuleSet, audience: Iterable[str] = ()) -> Toolbox:
    """Make benefits ready: those for this buyer, under a row that is in force and on.

    :raises PerkError: if a benefit's figures make no sense
    """
    who = {"public", *audience}
    by_level: dict[str, list[Tool]] = {}
    unused: list[tuple[Perk, str]] = []
    for perk in sorted(perks, key=lambda one: one.code):
        if perk.kind not in _LEVELS and perk.kind not in PRICELESS:
            raise PerkError(f"unknown_kind|{perk.code}|{perk.kind}")
        check_perk(perk)
        row = rules.row_of(perk.kind, perk.audience, str(perk.parameters.get("rule", "")))
        if reason := _why_not(perk, row, rules, who):
            unused.append((perk, reason))
        elif row is not None:
            tool = _tool(perk, row)
            by_level.setdefault(tool.level, []).append(tool)
    return Toolbox(rules, {level: tuple(tools) for level, tools in by_level.items()}, tuple(unused))


def _why_not(perk: Perk, row: RuleRow | None, rules: RuleSet, who: set[str]) -> str:
    if perk.kind == "postage" and (off := rules.off.get(str(perk.parameters.get("rule", "F5")))):
        return f"row_off|{off.code}|{off.mark}"
    if perk.kind in PRICELESS:
        return f"priceless|{perk.kind}"
    if perk.audience not in who:
        return f"audience|{perk.audience}"
    if row is None:
        return f"no_row|{perk.parameters.get('rule') or perk.kind}"
    if row.code not in rules.rows:
        return f"row_off|{row.code}|{row.mark}"
    return _blocked(perk, row, rules)


def _blocked(perk: Perk, row: RuleRow, rules: RuleSet) -> str:
    """SH5: in a big event's sale period amount-off tools of the shop level may not work at all."""
    for code, blocking in rules.rows.items():
        kinds = blocking.parameters.get("blocks", ())
        if perk.kind in kinds and (row.code == "SH3" or "amount" in perk.parameters):
            return f"blocked|{code}"
    return ""


def _tool(perk: Perk, row: RuleRow) -> Tool:
    given = perk.parameters
    rate = given.get("rate")
    per = given.get("per", given.get("threshold", given.get("amount", "0")))
    tiers = tuple(sorted((cents(one), cents(off)) for one, off in given.get("tiers", ())))
    off = cents(given.get("price", given.get("off", "0")))
    threshold = cents(per)
    if perk.kind == "coupon":
        # A coupon without threshold asks for its face and a cent (SH1).
        threshold = max(threshold, off + 1)
    return Tool(
        perk,
        row,
        _LEVELS[perk.kind],
        off=off,
        rate=None if rate is None else Fraction(str(rate)),
        threshold=threshold,
        pieces=2 if perk.kind == "second_half" else int(given.get("pieces", 0)),
        limit=int(given.get("limit", 0)),
        repeats=bool(given.get("repeats", False)),
        tiers=tiers,
    )


def cents(text: Any) -> int:  # noqa: ANN401
    """Read an amount of CNY with at most two decimals as cents.

    :raises ValueError: if it is none
    """
    try:
        amount = Decimal(str(text).strip())
    except InvalidOperation as error:
        raise ValueError(f"not an amount: {text!r}") from error
    if not amount.is_finite() or amount * 100 != (amount * 100).to_integral_value():
        raise ValueError(f"not an amount: {text!r}")
    return int(amount * 100)


# Which keys a kind needs: any one of each group.
_NEEDED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "price_tool": (("price", "rate"),),
    "item_off": (("off",),),
    "item_rate": (("rate",),),
    "official": (("rate", "off"),),
    "coupon": (("threshold",), ("off",)),
    "multi_off": (("pieces", "amount"), ("off",)),
    "multi_rate": (("pieces",), ("rate",)),
    "second_half": (),
    "cross": (("per", "tiers"), ("off", "tiers")),
    "asset": (("off",),),
}
_AMOUNTS = ("price", "off", "threshold", "amount", "per")


def check_perk(perk: Perk) -> None:
    """Refuse figures that make no sense, with what is wrong.

    :raises PerkError: evidence `missing|code|keys`, `not_amount|…`, `not_rate|…`, `not_pieces|…`,
        `not_positive|…`, `off_over|code|off|threshold`
    """
    given = perk.parameters
    for keys in _NEEDED.get(perk.kind, ()):
        has_own = bool(perk.amounts) and keys[0] in {"price", "off", "rate"}
        if not has_own and all(given.get(key) in (None, "") for key in keys):
            raise PerkError(f"missing|{perk.code}|{' / '.join(keys)}")
    for key, value in given.items():
        if key in _AMOUNTS:
            _check_amount(perk.code, key, value)
        elif key in {"pieces", "limit"}:
            _check_pieces(perk.code, key, value)
        elif key == "rate":
            _check_rate(perk.code, value)
    _check_tiers(perk)
    threshold = given.get("threshold", given.get("amount", given.get("per")))
    if threshold is not None and "off" in given and 0 < cents(threshold) <= cents(given["off"]):
        raise PerkError(f"off_over|{perk.code}|{given['off']}|{threshold}")


def _check_amount(code: str, key: str, value: object) -> None:
    try:
        amount = cents(value)
    except ValueError as error:
        raise PerkError(f"not_amount|{code}|{key}|{value}") from error
    least = 0 if key == "threshold" else 1
    if not least <= amount <= MOST_CENTS:
        raise PerkError(f"not_positive|{code}|{key}|{value}")


def _check_pieces(code: str, key: str, value: object) -> None:
    text = str(value)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 9999):
        raise PerkError(f"not_pieces|{code}|{key}|{value}")


def _check_rate(code: str, value: object) -> None:
    try:
        rate = Decimal(str(value))
    except InvalidOperation as error:
        raise PerkError(f"not_rate|{code}|{value}") from error
    if not (rate.is_finite() and 0 < rate < 1):
        raise PerkError(f"not_rate|{code}|{value}")


def _check_tiers(perk: Perk) -> None:
    tiers = perk.parameters.get("tiers", ())
    if not isinstance(tiers, Sequence) or isinstance(tiers, str):
        raise PerkError(f"not_tiers|{perk.code}")
    for tier in tiers:
        if not isinstance(tier, Sequence) or isinstance(tier, str) or len(tier) != 2:
            raise PerkError(f"not_tiers|{perk.code}")
        for key, value in zip(("threshold", "off"), tier, strict=True):
            _check_amount(perk.code, key, value)
        if cents(tier[0]) <= cents(tier[1]):
            raise PerkError(f"off_over|{perk.code}|{tier[1]}|{tier[0]}")
