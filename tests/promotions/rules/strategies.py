"""Small baskets with benefits, for laws; and an independent, slow reckoning of them.

`brute_total` follows section 2 of the law book by trying every assignment, with sums of its own.
"""

from fractions import Fraction
from itertools import product

from hypothesis import strategies as st

from promotions.rules.final_price import Line, Perk, RuleSet
from promotions.rules.price_rule_rows import start_rows
from shopops.lib.business_time import parse_instant

ROWS = start_rows()
NOW = RuleSet.at(ROWS, parse_instant("2026-11-22T12:00:00+08:00"))
STACKED = RuleSet.at(ROWS, parse_instant("2026-03-01T12:00:00+08:00"))
SEQUENTIAL = RuleSet.at(ROWS, parse_instant("2019-11-11T12:00:00+08:00"))
SKUS = ("A", "B", "C")

amounts = st.integers(1, 60).map(lambda one: f"{one}.00")
cents = st.integers(1, 9_000).map(lambda one: f"{one // 100}.{one % 100:02d}")
subsets = st.one_of(st.none(), st.sets(st.sampled_from(SKUS), min_size=1).map(frozenset))
prices = st.one_of(st.integers(1, 20_000), st.integers(1, 200).map(lambda one: one * 100))


@st.composite
def baskets(draw, most=3):
    count = draw(st.integers(1, most))
    return [Line(SKUS[at], draw(prices), draw(st.integers(1, 4))) for at in range(count)]


@st.composite
def perks(draw, code):
    kind = draw(
        st.sampled_from(
            [
                "item_off",
                "item_rate",
                "official",
                "coupon",
                "multi_off",
                "multi_rate",
                "second_half",
                "cross",
                "asset",
                "price_tool",
            ]
        )
    )
    return Perk(code, kind, draw(_parameters(kind)), draw(subsets))


def _parameters(kind):
    off = amounts
    tiers = st.tuples(st.integers(2, 300), st.integers(1, 299)).map(
        lambda pair: (f"{pair[0]}.00", f"{min(pair[1], pair[0] - 1)}.00")
    )
    pieces = st.integers(2, 5)
    shapes = {
        "item_off": st.fixed_dictionaries({"off": cents}),
        "item_rate": st.fixed_dictionaries({"rate": st.sampled_from(["0.5", "0.85", "0.955"])}),
        "official": st.fixed_dictionaries({"rate": st.sampled_from(["0.1", "0.12", "0.15"])}),
        "price_tool": st.fixed_dictionaries({"price": cents}),
        "coupon": tiers.map(lambda pair: {"threshold": pair[0], "off": pair[1], "scope": "shop"}),
        "multi_off": st.one_of(
            st.fixed_dictionaries({"pieces": pieces, "off": off}),
            tiers.map(lambda pair: {"amount": pair[0], "off": pair[1]}),
        ),
        "multi_rate": st.fixed_dictionaries(
            {"pieces": pieces, "rate": st.sampled_from(["0.9", "0.955", "0.5"])}
        ),
        "second_half": st.just({}),
        "cross": tiers.map(lambda pair: {"per": pair[0], "off": pair[1]}),
        "asset": st.fixed_dictionaries({"off": off}),
    }
    return shapes[kind]


@st.composite
def offers(draw, most=4):
    count = draw(st.integers(0, most))
    return [draw(perks(f"P{at}")) for at in range(count)]


# --- the slow way: one cent at a time where the engine is clever


def half_up(value: Fraction) -> int:
    return int(value + Fraction(1, 2))


def brute_total(lines, chosen_perks, *, stack):
    """Give the least total of a basket, by every assignment of coupons and multi-piece benefits."""
    state = [_item(line, chosen_perks) for line in lines]
    shop = [one for one in chosen_perks if one.kind in {"coupon"} | _MULTI]
    per_line = []
    for line in lines:
        mine = [one for one in shop if one.covers(line.sku)]
        coupons = [one for one in mine if one.kind == "coupon"] + [None]
        multis = [one for one in mine if one.kind in _MULTI] + [None]
        pairs = list(product(coupons, multis))
        per_line.append(pairs if stack else [one for one in pairs if None in one])
    return min(_total(lines, state, chosen_perks, way) for way in product(*per_line))


_MULTI = {"multi_off", "multi_rate", "second_half"}


def _cents(text):
    return round(Fraction(str(text)) * 100)


def _item(line, chosen):
    price = min(
        [line.price_cents]
        + [_cents(p.parameters["price"]) for p in chosen if p.kind == "price_tool" and p.covers(line.sku)]
    )  # fmt: skip
    own = [0]
    official = [0]
    for perk in chosen:
        if not perk.covers(line.sku):
            continue
        if perk.kind == "item_off":
            own.append(_cents(perk.parameters["off"]))
        elif perk.kind == "item_rate":
            own.append(half_up(price * (1 - Fraction(perk.parameters["rate"]))))
        elif perk.kind == "official":
            official.append(_tiered(price * Fraction(perk.parameters["rate"]), price))
    cut = min(price, max(own)) + min(price, max(official))
    base = price * line.quantity
    return base, max(0, base - cut * line.quantity)


def _tiered(raw, price):
    step = 100 if price > 10_000 else 10 if price > 1_000 else 0
    return -(-raw // step) * step if step else half_up(raw)


def _share(total, weights):
    whole = sum(weights)
    if not whole or not total:
        return [0] * len(weights)
    last = max(at for at, one in enumerate(weights) if one)
    shares = []
    for at, weight in enumerate(weights):
        share = half_up(Fraction(total * weight, whole)) if at != last else total - sum(shares)
        shares.append(min(share, total - sum(shares)) if at < last else share if at == last else 0)
    return shares


def _total(lines, state, chosen, way):
    base = [one[0] for one in state]
    net = [one[1] for one in state]
    left = list(net)
    for kind in ("multi", "coupon"):
        for perk in sorted(chosen, key=lambda one: one.code):
            is_coupon = perk.kind == "coupon"
            if is_coupon != (kind == "coupon") or not (is_coupon or perk.kind in _MULTI):
                continue
            users = [at for at, pair in enumerate(way) if pair[0 if is_coupon else 1] is perk]
            cuts = (_coupon if is_coupon else _multi)(perk, users, lines, base, net, left)
            left = [max(0, one - cut) for one, cut in zip(left, cuts, strict=True)]
    _cross(lines, base, left, chosen)
    for perk in sorted(chosen, key=lambda one: one.code):
        if perk.kind == "asset":
            weights = [left[at] if perk.covers(line.sku) else 0 for at, line in enumerate(lines)]
            off = min(_cents(perk.parameters["off"]), sum(weights))
            for at, cut in enumerate(_share(off, weights)):
                left[at] -= cut
    return sum(left)


def _cross(lines, base, left, chosen):
    for perk in sorted(chosen, key=lambda one: one.code):
        if perk.kind == "cross":
            pool = [at for at, line in enumerate(lines) if perk.covers(line.sku)]
            total = sum(base[at] for at in pool) // _cents(perk.parameters["per"])
            total *= _cents(perk.parameters["off"])
            for at, cut in zip(pool, _share(total, [base[at] for at in pool]), strict=True):
                left[at] = max(0, left[at] - cut)


def _coupon(perk, users, lines, base, net, left):
    off = _cents(perk.parameters["off"])
    threshold = max(_cents(perk.parameters["threshold"]), off + 1)
    cuts = [0] * len(lines)
    uses, rest = 15, []
    for at in users:
        if base[at] < threshold:
            rest.append(at)
            continue
        price = base[at] // lines[at].quantity
        group, can = 0, 0
        for _piece in range(lines[at].quantity):
            group += price
            if group >= threshold:
                group, can = 0, can + 1
        can = min(can, uses)
        uses -= can
        cuts[at] = max(0, min(can * off, left[at] - 1))
    if rest and uses and sum(base[at] for at in rest) >= threshold:
        total = max(0, min(off, sum(left[at] for at in rest) - 1))
        for at, cut in zip(rest, _share(total, [net[at] for at in rest]), strict=True):
            cuts[at] = cut
    return cuts


def _multi(perk, users, lines, base, net, left):
    cuts = [0] * len(lines)
    pieces = sum(lines[at].quantity for at in users)
    amount = sum(base[at] for at in users)
    needed = 2 if perk.kind == "second_half" else perk.parameters.get("pieces")
    reached = pieces >= needed if needed else amount >= _cents(perk.parameters["amount"])
    if not users or not reached:
        return cuts
    weights = [base[at] for at in users]
    if perk.kind == "multi_rate":
        total = half_up(amount * (1 - Fraction(perk.parameters["rate"])))
    elif perk.kind == "second_half":
        every = sorted(
            base[at] // lines[at].quantity for at in users for _ in range(lines[at].quantity)
        )[::-1]
        total = half_up(Fraction(sum(every[1::2]), 2))
    else:
        total, weights = _cents(perk.parameters["off"]), [net[at] for at in users]
    for at, cut in zip(users, _share(total, weights), strict=True):
        cuts[at] = cut
    return cuts
