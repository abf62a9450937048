"""A page that comes in pieces: it is shown when it is whole, and nothing in it jumps."""

import pytest

from tests.e2e.visitor import MOST_SHIFT, NARROW, WIDE

# Bytes a second: the pages below come in some twenty pieces each.
SLOW = 20_000
# A card that small screens put first, a form that grows, a wide table.
PAGES = ("/stock/counts/2/", "/settings/limits/", "/orders/held/")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_page_that_comes_slowly_does_not_jump(visits, size):
    visitor = visits.of("admin", size=size)
    line = visitor.page.context.new_cdp_session(visitor.page)
    line.send("Network.enable")
    anything = {"offline": False, "latency": 0, "uploadThroughput": -1}

    jumps = {}
    for path in PAGES:
        line.send("Network.emulateNetworkConditions", anything | {"downloadThroughput": -1})
        visitor.open(path)  # styles, scripts and font are here by then
        line.send("Network.emulateNetworkConditions", anything | {"downloadThroughput": SLOW})
        visitor.open(path)
        visitor.page.wait_for_load_state("networkidle")
        assert visitor.page.evaluate("performance.getEntriesByType('paint').length")
        jumps[path] = visitor.shifts()

    assert {path: shift for path, shift in jumps.items() if shift > MOST_SHIFT} == {}
