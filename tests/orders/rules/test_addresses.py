"""Another address, or the same one under another mask."""

import pytest

from orders.rules.addresses import is_other_address

OLD = {
    "receiver_province": "浙江省",
    "receiver_city": "杭州市",
    "receiver_district": "西湖区",
    "receiver_address": "文三路**号 *幢",
}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"receiver_address": "文三路 **号*幢"},
        {"receiver_address": "文三路128号7幢"},
        {"receiver_address": "文**号*幢"},
        {"receiver_address": ""},
        {"receiver_district": ""},
    ],
)
def test_the_same_address_under_another_mask_is_no_change(changes):
    assert not is_other_address(OLD, OLD | changes)
    assert not is_other_address(OLD | changes, OLD)


@pytest.mark.parametrize(
    "changes",
    [
        {"receiver_city": "宁波市"},
        {"receiver_district": "余杭区"},
        {"receiver_address": "天目山路**号 *幢"},
        {"receiver_address": "文三路**号 3单元"},
    ],
)
def test_another_address_is_one(changes):
    assert is_other_address(OLD, OLD | changes)
