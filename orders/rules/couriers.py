"""Which carrier takes a parcel, and why. Pure.

Rules are asked in the shop's order; the first whose conditions all hold, and whose carrier works and
goes there, wins. The reason is kept as `code|value|…`: `rule|id|name|condition…` with conditions
written `kind:value`, `fallback|id|name`, `hand|words`, `file|name`, `none`. `orders.wording.couriers`
makes the sentence.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

RULE, FALLBACK, HAND, FILE, NONE = "rule", "fallback", "hand", "file", "none"
# A person's word, or a label that exists: no rule takes these back.
CHOSEN = (HAND, FILE)
_LONGEST = 200
_TAILS = re.compile(
    r"(快递包裹|快运速递|快递|速递|速运|物流|快运|包裹|express|集团|公司|\(.*\)|（.*）|\s)+$"
)


@dataclass(frozen=True, slots=True)
class CourierFacts:
    """A parcel as the rules see it. `grams` None: a SKU in it has no known weight.

    `requested`: the courier that message or memo asks for, empty if none.
    """

    province: str
    amount: Decimal
    sku_codes: frozenset[str]
    grams: int | None = None
    requested: str = ""


@dataclass(frozen=True, slots=True)
class CourierRule:
    """One stored rule; an empty condition asks nothing. An empty `carrier` means the requested one.

    Bounds: `minimum_*` is included, `maximum_*` is not, so that rules join without a gap.
    """

    rule_id: int | None
    name: str
    carrier: str
    provinces: tuple[str, ...] = ()
    sku_codes: frozenset[str] = frozenset()
    minimum_grams: int | None = None
    maximum_grams: int | None = None
    minimum_amount: Decimal | None = None
    maximum_amount: Decimal | None = None
    only_if_requested: bool = False
    is_on: bool = True
    valid_from: date | None = None
    valid_to: date | None = None

    def is_in_force(self, on_date: date) -> bool:
        """Say whether the rule counts on a date."""
        begun = self.valid_from is None or self.valid_from <= on_date
        return self.is_on and begun and (self.valid_to is None or on_date <= self.valid_to)


@dataclass(frozen=True, slots=True)
class CarrierFacts:
    """A carrier that works for the shop, and the provinces to which it does not go."""

    name: str
    unserved: tuple[str, ...] = ()

    def serves(self, province: str) -> bool:
        """Say whether it goes to a province; an unknown province is served."""
        return not any(one and province.startswith(one) for one in self.unserved)


@dataclass(frozen=True, slots=True)
class CarrierChoice:
    """The carrier, empty if no rule gave any, and the reason as it is stored."""

    carrier: str
    reason: str


@dataclass(frozen=True, slots=True)
class Tried:
    """One rule on its way: why it did not fit (`kind:value`), or what it met when it won."""

    rule: CourierRule
    misses: tuple[str, ...]
    met: tuple[str, ...]

    @property
    def fits(self) -> bool:
        """Say whether the rule gives its carrier."""
        return not self.misses


def choose_carrier(
    facts: CourierFacts,
    rules: Sequence[CourierRule],
    on_date: date,
    *,
    carriers: Mapping[str, CarrierFacts],
) -> CarrierChoice:
    """Give the carrier of a parcel and why: the first rule that fits, by `carriers` at work."""
    for rule in rules:
        tried = try_rule(facts, rule, on_date, carriers=carriers)
        if tried.fits:
            carrier = rule.carrier or named_carrier(facts.requested, carriers)
            code = RULE if tried.met else FALLBACK
            parts = (code, str(rule.rule_id or 0), rule.name, *tried.met)
            return CarrierChoice(carrier, "|".join(map(_part, parts))[:_LONGEST])
    return CarrierChoice("", NONE)


def explain(
    facts: CourierFacts,
    rules: Sequence[CourierRule],
    on_date: date,
    *,
    carriers: Mapping[str, CarrierFacts],
) -> tuple[Tried, ...]:
    """Give every rule asked until one fitted, in order; the last is the winner if it fits."""
    asked = []
    for rule in rules:
        tried = try_rule(facts, rule, on_date, carriers=carriers)
        asked.append(tried)
        if tried.fits:
            break
    return tuple(asked)


def try_rule(
    facts: CourierFacts, rule: CourierRule, on_date: date, *, carriers: Mapping[str, CarrierFacts]
) -> Tried:
    """Hold a parcel against one rule: what it meets and what it misses."""
    if not rule.is_in_force(on_date):
        return Tried(rule, ("off:",), ())
    met: list[str] = []
    misses: list[str] = []
    for found in (_place, _weight, _amount, _skus, _request):
        word = found(facts, rule)
        if word is not None:
            kind, value, holds = word
            (met if holds else misses).append(f"{kind}:{value}")
    if not misses:
        misses += _carrier_misses(facts, rule, carriers)
    return Tried(rule, tuple(misses), tuple(met))


type _Word = tuple[str, str, bool] | None


def _place(facts: CourierFacts, rule: CourierRule) -> _Word:
    if not rule.provinces:
        return None
    holds = any(facts.province.startswith(one) for one in rule.provinces if one)
    return "province", facts.province, holds


def _weight(facts: CourierFacts, rule: CourierRule) -> _Word:
    if rule.minimum_grams is None and rule.maximum_grams is None:
        return None
    if facts.grams is None:
        return "weight_unknown", "", False
    least, most = rule.minimum_grams, rule.maximum_grams
    holds = (least is None or facts.grams >= least) and (most is None or facts.grams < most)
    return "weight", str(facts.grams), holds


def _amount(facts: CourierFacts, rule: CourierRule) -> _Word:
    if rule.minimum_amount is None and rule.maximum_amount is None:
        return None
    least, most = rule.minimum_amount, rule.maximum_amount
    holds = (least is None or facts.amount >= least) and (most is None or facts.amount < most)
    return "amount", str(facts.amount), holds


def _skus(facts: CourierFacts, rule: CourierRule) -> _Word:
    if not rule.sku_codes:
        return None
    both = sorted(facts.sku_codes & rule.sku_codes)
    return "sku", both[0] if both else "", bool(both)


def _request(facts: CourierFacts, rule: CourierRule) -> _Word:
    if not rule.only_if_requested:
        return None
    asked = bool(facts.requested)
    holds = asked and (not rule.carrier or same_carrier(facts.requested, rule.carrier))
    return "requested", facts.requested, holds


def _carrier_misses(
    facts: CourierFacts, rule: CourierRule, carriers: Mapping[str, CarrierFacts]
) -> list[str]:
    name = rule.carrier or named_carrier(facts.requested, carriers)
    carrier = carriers.get(name)
    if carrier is None:
        return [f"carrier_off:{rule.carrier or facts.requested}"]
    return [] if carrier.serves(facts.province) else [f"unserved:{name}"]


def named_carrier(text: str, carriers: Mapping[str, CarrierFacts]) -> str:
    """Give the shop's carrier that people mean by a text ("中通" for "中通快递"), empty if none."""
    if text in carriers:
        return text
    return next((name for name in carriers if same_carrier(text, name)), "")


def same_carrier(one: str, other: str) -> bool:
    """Say whether two texts mean one carrier: 中通, 中通快递 and 中通速递 do."""
    short, long = sorted((carrier_stem(one), carrier_stem(other)), key=len)
    return bool(short) and long.startswith(short)


def carrier_stem(text: str) -> str:
    """Give the part of a carrier's name that tells it from others."""
    plain = unicodedata.normalize("NFKC", text).casefold().strip()
    return _TAILS.sub("", plain) or plain


def _part(value: str) -> str:
    return value.replace("|", "｜").replace("\n", " ")[:60]


def reason_code(reason: str) -> str:
    """Give the code of a stored reason."""
    return reason.split("|", 1)[0]


def chosen_reason(code: str, words: str) -> str:
    """Write the reason of a carrier that a person or a file chose."""
    return f"{code}|{_part(words.strip())}"[:_LONGEST]
