"""Masking: enough left to recognise an order, nothing to identify a person by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopops.staff.masking import mask_address, mask_name, mask_phone


@pytest.mark.parametrize(
    ("plain", "masked"),
    [("张三", "张**"), ("欧阳娜娜", "欧**"), (" 李 ", "李**"), ("", ""), ("王**", "王**")],
)
def test_a_name_keeps_its_first_sign(plain, masked):
    assert mask_name(plain) == masked


@pytest.mark.parametrize(
    ("plain", "masked"),
    [
        ("13812345678", "138****5678"),
        ("17012345678-1234", "170****5678-****"),
        ("17012345678转1234", "170****5678转****"),
        ("0571-88157788", "0571-****88"),
        ("12345", "****45"),
        ("电话没有", "****"),
        ("138****5678", "138****5678"),
        ("", ""),
    ],
)
def test_a_phone_keeps_three_and_four_digits(plain, masked):
    assert mask_phone(plain) == masked


@pytest.mark.parametrize(
    ("plain", "masked"),
    [
        ("浙江省杭州市余杭区文一西路969号", "浙江省杭州市余杭区***"),
        ("浙江省 杭州市 余杭区 文一西路969号", "浙江省 杭州市 余杭区***"),
        ("北京市朝阳区建国路1号", "北京市朝阳区***"),
        ("内蒙古自治区呼和浩特市新城区某路1号", "内蒙古自治区呼和浩特市新城区***"),
        ("文一西路969号3幢", "***"),
        ("", ""),
    ],
)
def test_an_address_ends_at_the_district(plain, masked):
    assert mask_address(plain) == masked


@given(st.text(max_size=60))
def test_masking_twice_is_masking_once(text):
    for mask in (mask_name, mask_phone, mask_address):
        once = mask(text)
        assert mask(once) == once


@given(st.from_regex(r"1[3-9][0-9]{9}(-[0-9]{4})?", fullmatch=True))
def test_the_middle_of_a_phone_and_its_extension_are_gone(phone):
    assert phone[3:7] not in mask_phone(phone).replace(phone[:3], "", 1)[:4]
    assert "*" in mask_phone(phone)
    assert len([sign for sign in mask_phone(phone) if sign.isdigit()]) == 7
