import re
from datetime import time

from hypothesis import given
from hypothesis import strategies as st

from shopops.lib import charts
from shopops.lib.charts import Pickup, Segment

WORDS = ("截单", "交接", "现在")


def test_an_unknown_day_is_a_gap_in_the_line_and_not_a_zero():
    svg = charts.sparkline([61, 62, None, 58, 45])

    assert svg.count("<polyline") == 2


def test_a_line_without_any_known_day_is_not_drawn():
    assert charts.sparkline([None, None]) == ""


def test_a_known_day_between_two_unknown_ones_is_a_dot():
    assert 'class="sp-p"' in charts.sparkline([None, 5, None, 6, 7])


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=8))
def test_the_parts_of_a_stacked_bar_fill_it_and_no_more(counts):
    svg = charts.stacked_bar([Segment("x", count) for count in counts])

    widths = [float(width) for width in re.findall(r' width="([\d.]+)%"', svg)]

    expected = 100 if sum(counts) else 0
    assert abs(sum(widths) - expected) <= 0.05 * len(counts) + 0.01


def test_a_bar_is_held_between_empty_and_full():
    assert 'width="0.0%"' in charts.bar(-1, 10)
    assert 'width="100.0%"' in charts.bar(30, 10)
    assert 'width="0.0%"' in charts.bar(5, 0)


def test_no_picture_needs_an_inline_style():
    pictures = [
        charts.bar(1, 2),
        charts.stacked_bar([Segment("a", 1)]),
        charts.sparkline([1, 2], band=(0, 3)),
        charts.scale(4.8, 4.7, low=4, high=5, label="x"),
        charts.day_column(cutoff=time(16), handover=time(19), words=WORDS),
        charts.day_axis(),
    ]

    assert not any("style" in picture for picture in pictures)


def test_a_day_without_shipping_is_drawn_closed():
    svg = charts.day_column(
        cutoff=None, handover=None, pickups=[Pickup("中通", time(18))], words=WORDS
    )

    assert 'class="k-off"' in svg
    assert "中通" not in svg


def test_two_carriers_at_the_same_minute_share_one_mark():
    pickups = [Pickup("中通", time(18, 30)), Pickup("申通", time(18, 30))]

    svg = charts.day_column(cutoff=time(16), handover=time(19), pickups=pickups, words=WORDS)

    assert svg.count('class="k-pick"') == 1
    assert "中通 申通 18:30" in svg
