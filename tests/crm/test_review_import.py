"""Review files: GBK, joined to orders, edited, taken back, masked, unknown, twice, undone."""

from datetime import timedelta

import pytest

from crm.actions.reviews.following import request_follow
from crm.models import Review, ReviewCase
from shopops.work.engine import perform_inline
from tests.crm import reviews
from tests.products.harness import NOW, bring, take_back

pytestmark = pytest.mark.django_db

NAME = "评价导出20260310.csv"


def test_a_gbk_file_becomes_a_review_joined_to_line_sku_and_buyer(shop):
    order = reviews.bought()

    batch = bring(reviews.content(reviews.row()), NAME)
    reviews.follow()

    assert (batch.kind, batch.created_count, batch.rejected_count) == ("crm.review_list", 1, 0)
    review = Review.objects.get()
    assert (review.order, review.line, review.buyer) == (order, reviews.line_of(order), order.buyer)
    assert review.sku.code == "MY-BLUE"
    assert review.product.item_no == reviews.ITEM
    assert review.linked_by == "nick"
    assert review.rated_at == reviews.RATED


def test_a_bad_review_is_a_case_with_a_proposed_cause_and_a_clock_of_24_hours(shop):
    reviews.bought()
    bring(reviews.content(reviews.row(), reviews.row(昵称="好人", 评价分类="好评")), NAME)
    reviews.follow()

    case = ReviewCase.objects.get()
    assert case.review.rating == "bad"
    assert case.cause == "colour"
    assert not case.is_cause_confirmed
    assert case.due_at == reviews.RATED + timedelta(hours=24)


def test_a_review_of_an_unknown_order_is_kept_and_joined_when_the_order_comes(shop):
    bring(reviews.content(reviews.row()), NAME)
    reviews.follow()
    assert Review.objects.get().order is None

    order = reviews.bought()
    perform_inline(request_follow(now=NOW))

    assert Review.objects.get().order == order


def test_the_same_file_twice_changes_nothing(shop):
    first = reviews.content(reviews.row(), reviews.row(昵称="另一位"))
    bring(first, NAME)
    again = bring(first + b"", "again.csv", written_at=NOW + timedelta(hours=1))

    assert (again.created_count, again.updated_count) == (0, 0)
    assert Review.objects.count() == 2


def test_an_additional_review_updates_the_same_row_and_opens_a_case_of_a_good_one(shop):
    good = reviews.row(评价分类="好评", 评论="手感柔软")
    bring(reviews.content(good), NAME)
    reviews.follow()
    assert not ReviewCase.objects.exists()

    later = good | {"追评内容": "用了两天开线了", "追评时间": "2026-03-09 23:00:00"}
    batch = bring(reviews.content(later), "b.csv", written_at=NOW + timedelta(hours=1))
    reviews.follow()

    assert batch.updated_count == 1
    review = Review.objects.get()
    assert review.append == "用了两天开线了"
    assert review.append_is_bad
    assert review.case.cause == "quality"
    assert review.case.due_at == review.append_at + timedelta(hours=24)


def test_an_older_file_does_not_take_the_additional_review_away(shop):
    newer = reviews.row(追评内容="后来好了", 追评时间="2026-03-10 08:00:00")
    bring(reviews.content(newer), NAME)

    bring(reviews.content(reviews.row()), "old.csv", written_at=NOW - timedelta(days=1))

    assert Review.objects.get().append == "后来好了"


def test_a_review_that_became_good_ends_its_case(shop):
    bring(reviews.content(reviews.row()), NAME)
    reviews.follow()

    changed = reviews.row(评价分类="好评", 评论="卖家换了一条，质量不错")
    bring(reviews.content(changed), "b.csv", written_at=NOW + timedelta(hours=1))
    reviews.follow()

    case = ReviewCase.objects.get()
    assert (case.state, case.outcome) == ("closed", "improved")


def test_a_status_column_says_that_a_review_was_taken_back(shop):
    bring(reviews.content(reviews.row(评价状态="正常")), NAME)
    reviews.follow()

    gone = reviews.content(reviews.row(评价状态="买家已删除"))
    bring(gone, "b.csv", written_at=NOW + timedelta(hours=1))
    reviews.follow()

    assert Review.objects.get().taken_back_at is not None
    assert ReviewCase.objects.get().outcome == "gone"


def test_what_a_newer_file_over_the_same_days_lacks_is_only_marked_as_missing(shop):
    def one(number):
        at = reviews.RATED + timedelta(hours=number)
        return reviews.row(昵称=f"会员{number}", 评价时间=f"{at:%Y-%m-%d %H:%M:%S}")

    first = reviews.content(*(one(number) for number in range(12)))
    bring(first, NAME, written_at=NOW - timedelta(hours=2))
    lacking = [one(number) for number in range(12) if number != 5]
    bring(reviews.content(*lacking), "b.csv")

    (missing,) = Review.objects.filter(missing_since__isnull=False)
    assert missing.nick == "会员5"
    assert missing.taken_back_at is None


def test_a_masked_nick_joins_only_where_one_order_alone_fits(shop):
    order = reviews.bought(nick="小鹿乱撞88")
    bring(reviews.content(reviews.row(昵称="小**8")), NAME)
    reviews.follow()

    assert Review.objects.get().order == order
    assert Review.objects.get().linked_by == "only_one"


def test_a_masked_nick_that_fits_two_orders_is_not_guessed(shop):
    reviews.bought(nick="小鹿乱撞88")
    reviews.bought(nick="小熊软糖8", days=7)
    bring(reviews.content(reviews.row(昵称="小**8")), NAME)
    reviews.follow()

    assert Review.objects.get().order is None


def test_an_order_number_in_the_file_decides(shop):
    order = reviews.bought(nick="别人")
    bring(reviews.content(reviews.row(订单编号=order.tid)), NAME)
    reviews.follow()

    review = Review.objects.get()
    assert (review.order, review.linked_by) == (order, "number")


def test_other_headers_and_scores_are_understood(shop):
    given = {
        "评价内容": "还行",
        "买家昵称": "某人",
        "评价时间": "2026-03-09 20:15",
        "商品ID": reviews.ITEM,
        "评价结果": "中评",
        "描述相符": "4",
        "服务态度": "5",
        "物流服务": "3",
    }
    batch = bring(reviews.content(given, encoding="utf-8-sig"), NAME)

    assert batch.rejected_count == 0
    review = Review.objects.get()
    assert (review.rating, review.score_goods, review.score_service, review.score_logistics) == (
        "neutral", 4, 5, 3,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("column", "value"), [("评价分类", "还可以"), ("评价时间", "昨天"), ("评价分类", "")]
)
def test_a_row_that_cannot_be_read_is_rejected_alone(shop, column, value):
    batch = bring(reviews.content(reviews.row(), reviews.row(昵称="乙", **{column: value})), NAME)

    assert (batch.created_count, batch.rejected_count) == (1, 1)


def test_phone_numbers_in_the_words_are_hidden(shop):
    bring(reviews.content(reviews.row(评论="打我电话13812345678")), NAME)

    assert "13812345678" not in Review.objects.get().content


def test_undo_takes_back_what_nobody_worked_on_and_restores_what_changed(shop):
    bring(reviews.content(reviews.row()), NAME)
    reviews.follow()
    second = bring(
        reviews.content(reviews.row(追评内容="还是差"), reviews.row(昵称="新来的")),
        "b.csv",
        written_at=NOW + timedelta(hours=1),
    )
    reviews.follow()

    take_back(second)

    assert [one.nick for one in Review.objects.all()] == ["小鹿乱撞88"]
    assert Review.objects.get().append == ""
