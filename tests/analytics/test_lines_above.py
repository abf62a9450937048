"""What stands above a header is read of every kind of file: in whose time it is, and of which shop."""

import csv
import io

import pytest

from analytics.models import DsrDay, ShopRating
from crm.models import AgentDay, Review
from products.models import ProductDay
from shopops.intake.models import Batch
from shopops.intake.reading.above import is_ours, read_above
from shopops.intake.reading.refusals import FileRefusedError
from shopops.intake.wording import refusal_text
from shopops.staff.models import Shop
from tests.analytics.test_product_scope import HEAD as PRODUCT_HEAD
from tests.analytics.test_product_scope import ROW as PRODUCT_ROW
from tests.crm import reviews
from tests.crm.test_agent_days import HEAD as AGENT_HEAD
from tests.crm.test_agent_days import line as agent_line
from tests.products.harness import bring
from tests.products.old_book import old_book

pytestmark = pytest.mark.django_db(transaction=True)

_REVIEW = reviews.row()
DSR = (
    ["统计日期", "描述相符", "服务态度", "物流服务", "描述相符行业平均"],
    ["2026-03-08", "4.81", "4.79", "4.77", "4.80"],
)
RATING = (
    ["评价时间", "昵称", "描述相符", "服务态度", "物流服务"],
    ["2026-03-08 10:00:00", "小鹿", "5", "5", "4"],
)
FILES = {
    "products.product_days": (PRODUCT_HEAD, PRODUCT_ROW),
    "analytics.dsr_days": DSR,
    "analytics.ratings": RATING,
    "crm.agent_days": (AGENT_HEAD, agent_line()),
    "crm.review_list": (list(_REVIEW), list(_REVIEW.values())),
}
STORED = (ProductDay, DsrDay, ShopRating, AgentDay, Review)


def with_lines(kind: str, *above: list[str]) -> Batch:
    head, row = FILES[kind]
    rows = [["【生意参谋平台】"], *above, ["说明"], [], head, row]
    if kind == "products.product_days":
        return bring(old_book(rows), "商品_全部_2026-03-08.xls")
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return bring(text.getvalue().encode("gb18030"), "导出.csv")


def stored() -> int:
    return sum(model.objects.count() for model in STORED)


@pytest.mark.parametrize("kind", FILES)
def test_a_file_in_another_countrys_time_is_refused_in_words(kind, shop):
    batch = with_lines(kind, ["时区", "UTC"])

    assert (batch.state, batch.refusal) == ("refused", "other_time_zone|UTC")
    assert "不是北京时间" in refusal_text(batch.refusal)
    assert stored() == 0


@pytest.mark.parametrize("kind", FILES)
def test_a_file_in_our_own_time_is_taken(kind, shop):
    batch = with_lines(kind, ["统计时间", "2026-03-08"], ["时区：北京时间（UTC+8）"])

    assert (batch.kind, batch.state, batch.refusal) == (kind, "done", "")
    assert stored() == 1


@pytest.mark.parametrize("kind", FILES)
def test_a_file_of_another_shop_waits_until_somebody_says_so(kind, shop):
    Shop.objects.update(platform_shop_name="棉语家纺")

    other = with_lines(kind, ["店铺名称", "眠岛家居"])

    assert (other.state, other.facts["shop_name"]) == ("previewed", "眠岛家居")
    assert stored() == 0
    assert with_lines(kind, ["店铺名称：棉语家纺"]).state == "done"


@pytest.mark.parametrize(
    ("rows", "zone"),
    [
        ([["时区", "GMT+9"]], "GMT+9"),
        ([["统计口径：UTC-8"]], "UTC-8"),
        ([["时区：太平洋时间"]], "太平洋时间"),
        ([["时间口径", "America/Los_Angeles"]], "America/Los_Angeles"),
    ],
)
def test_other_zones_are_refused_by_the_name_they_have(rows, zone):
    with pytest.raises(FileRefusedError) as refused:
        read_above(rows)

    assert refused.value.reason == f"other_time_zone|{zone}"


def test_what_names_neither_zone_nor_shop_says_nothing():
    assert read_above([["店铺日报"], ["统计日期", "2026-03-08"], []]) == {}
    assert is_ours("东八区")
    assert not is_ours("UTC")
