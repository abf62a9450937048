"""Words for buyers: places that are filled in, promises that nobody may make."""

import pytest

from orders.rules.praise_words import forbidden_promise
from orders.rules.tell_words import filled, unknown_places


def test_known_places_are_filled_and_others_stay_as_written():
    assert filled("订单 {tid}，{who}", {"tid": "48"}) == "订单 48，{who}"


def test_a_value_is_never_read_as_a_place():
    assert filled("{item}", {"item": "{tid}", "tid": "48"}) == "{tid}"


def test_places_that_nothing_fills_are_named_once():
    assert unknown_places("{tid} {name} {name} {}") == ["name", ""]


@pytest.mark.parametrize(
    "words",
    [
        "五星好评返现 3 元",
        "收到后晒图，送您小礼品一份",
        "好 评*返.现",
        "返2元红包，给个好评哦",
        "帮我们补单可以免单",
        "代写买家秀",
        "好评返5元",
        "五星好评才能参加抽奖",
        "好评加 20 积分",
    ],
)
def test_praise_for_a_reward_is_refused(words):
    assert forbidden_promise(words)


@pytest.mark.parametrize(
    "words",
    [
        "亲，满意的话欢迎评价。",
        "我们尽快送出，满意请给好评",
        "赠品缺货，给您补发",
        "给您退款 5 元差价",
        "优惠券已补发到您的账户",
        "抽奖与评价无关，人人能参加",
        "会员您好，满意请给好评",
        "买家秀评选，5 分满分，奖品香包一个",
    ],
)
def test_what_has_nothing_to_do_with_praise_may_be_said(words):
    assert forbidden_promise(words) == ""
