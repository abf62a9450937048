"""Hiding what identifies a receiver, leaving what a clerk needs to recognise an order. Pure.

Masking a masked text changes nothing, so platform files that arrive masked pass through unharmed.
"""

import re

STAR = "*"
# An area code, a number, perhaps an extension: 0571-88157788, 010-12345678-801.
_LANDLINE = re.compile(r"(0\d{2,3})-(\d{7,8})(?:[-转]\d{1,6})?")
# A mobile number with or without its virtual extension: 17000000000-1234, 17000000000转1234.
_PHONE = re.compile(r"^(\+?\d[\d ]*?)((?:[-转,]\s*\d{1,6})?)$")
# The part of an address that says where, not who: up to the district (or the city without one).
_DISTRICT = re.compile(
    r"^(?:.{2,10}?(?:省|自治区|特别行政区))?\s*(?:.{2,12}?(?:市|自治州|地区|盟))?"
    r"\s*(?:.{1,12}?(?:自治县|县|区|旗|市))?"
)


def mask_name(name: str) -> str:
    """Keep the first sign: 张三丰 → 张**."""
    text = name.strip()
    if not text or STAR in text:
        return text
    return text[0] + STAR * 2


def mask_phone(phone: str) -> str:
    """Keep the first three and the last four digits: 13812345678 → 138****5678.

    An extension keeps its mark and no digit: 17012345678-1234 → 170****5678-****. Short numbers
    keep nothing but the last two digits; a text that is no number is hidden whole.
    """
    text = phone.strip()
    if not text or STAR in text:
        return text
    landline = _LANDLINE.fullmatch(text)
    if landline:
        return f"{landline[1]}-{STAR * 4}{landline[2][-2:]}"
    match = _PHONE.fullmatch(text)
    if match is None:
        return STAR * 4
    number, extension = re.sub(r"\D", "", match[1]), match[2]
    shown = f"{number[:3]}{STAR * 4}{number[-4:]}" if len(number) >= 10 else STAR * 4 + number[-2:]
    return f"{shown}{extension[0]}{STAR * 4}" if extension else shown


def mask_address(address: str) -> str:
    """Keep province, city and district: 浙江省杭州市余杭区文一西路969号 → 浙江省杭州市余杭区***."""
    text = address.strip()
    if not text or STAR in text:
        return text
    match = _DISTRICT.match(text)
    return (match[0].strip() if match else "") + STAR * 3
