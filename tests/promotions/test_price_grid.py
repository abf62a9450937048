from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from promotions.metrics.price_grid import price_grid
from promotions.rules.final_price import Perk, lowest_figures, toolbox
from tests.promotions.rules.strategies import NOW, STACKED, offers, prices


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    some=st.lists(prices, min_size=1, max_size=6),
    chosen=offers(5),
    rules=st.sampled_from([NOW, STACKED]),
    own=st.lists(st.integers(-1, 5_000).filter(bool), min_size=6, max_size=6),
    large=st.booleans(),
)
def test_many_prices_at_once_come_out_as_each_alone(some, chosen, rules, own, large):
    perks = [Perk(one.code, one.kind, one.parameters) for one in chosen]
    own_off = Perk("OWN", "item_off", {"off": "1"})
    big = [Perk("IT4", "official", {"rule": "IT4", "off": "7"})] if large else []
    tools = toolbox([*perks, own_off, *big], rules)

    grid = price_grid(tools, some, {"OWN": own[: len(some)]})

    for at, price in enumerate(some):
        amounts = {"A": own[at]} if own[at] >= 0 else {}
        mine = Perk("OWN", "item_off", {"off": "1"}, amounts=amounts)
        alone = lowest_figures("A", price, toolbox([*perks, mine, *big], rules))
        assert (grid.amount[at], grid.quantity[at], grid.one_piece[at]) == alone
