"""Waybill numbers: how they are written, and which carrier one looks like. Pure.

The patterns overlap and change: they suggest a carrier and warn of an odd number, and never decide.
Sources: public waybill forms of 2021 to 2026 and the platform's list of 2014 to 2017 (`reg_mail_no`),
which on its own refuses today's numbers.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

SHORTEST, LONGEST = 5, 40
_PREFIX = re.compile(r"^(NO|单号|运单号|物流单号|快递单号)[:：.]\s*", re.IGNORECASE)
_MARKS = re.compile(r"[\s'\"=\u200b\ufeff]+")
_GOOD = re.compile(r"[A-Z0-9][A-Z0-9-]*")

# Of each platform code: what its numbers look like today, from the surest form on.
_FORMS: dict[str, tuple[str, ...]] = {
    "SF": (r"SF[0-9]{12,13}", r"[0-9]{12}"),
    "JD": (r"JD[A-Z]?[0-9]{11,15}(-[0-9]+){0,3}-?",),
    "YTO": (r"YT[0-9]{13}", r"8[0-9]{17}", r"[A-Z0-9]{2}[0-9]{10}", r"[A-Z0-9]{2}[0-9]{8}"),
    "ZTO": (r"7[0-9]{13}", r"(7|3|4|5|6|8)[0-9]{11}", r"20(08|10)[0-9]{8}"),
    "STO": (r"77[0-9]{13}", r"STO[0-9]{10}", r"(33|44|55|66|77|88|99)[0-9]{11}"),
    "YUNDA": (r"(31|43|46)[0-9]{11,13}", r"[0-9]{13}"),
    "HTKY": (r"(50|51)[0-9]{12}", r"7[0-9]{13}", r"L[0-9]{12}"),
    "JTSD": (r"JT[0-9]{13}",),
    "DBKD": (r"DPK[0-9]{12}", r"[0-9]{8,10}"),
    "EMS": (r"E[A-Z][0-9]{9}CN", r"9[89][0-9]{11}", r"1[0-3][0-9]{11}", r"5[01][0-9]{11}"),
    "POSTB": (r"[GA]{2}[0-9]{11}", r"9[0-9]{12}", r"KA[0-9]{11}"),
}
# Forms that only one carrier uses.
_SURE: dict[str, str] = {
    "SF": r"SF[0-9]{12,13}",
    "JD": r"JD.*",
    "YTO": r"YT[0-9]{13}|8[0-9]{17}",
    "STO": r"77[0-9]{13}|STO[0-9]{10}",
    "JTSD": r"JT[0-9]{13}",
    "DBKD": r"DPK[0-9]{12}",
    "EMS": r"E[A-Z][0-9]{9}CN",
}


@dataclass(frozen=True, slots=True)
class Look:
    """What a number looks like: codes of carriers, and whether only one of them writes so."""

    codes: tuple[str, ...]
    is_sure: bool


def normal_waybill(text: str) -> str:
    """Give a number as it is stored: capitals, half-width, without blanks, tabs, quotes and `No:`."""
    plain = unicodedata.normalize("NFKC", text).strip().strip("'\"=")
    return _MARKS.sub("", _PREFIX.sub("", plain)).upper()


def is_waybill(number: str) -> bool:
    """Say whether a normal number can be one: 5 to 40 letters, digits and hyphens."""
    return SHORTEST <= len(number) <= LONGEST and bool(_GOOD.fullmatch(number))


def look_of(number: str) -> Look:
    """Say which carriers a number looks like."""
    sure = tuple(code for code, form in _SURE.items() if re.fullmatch(form, number))
    if sure:
        return Look(sure, is_sure=True)
    codes = [
        code for code, forms in _FORMS.items() if any(re.fullmatch(form, number) for form in forms)
    ]
    return Look(tuple(codes), is_sure=False)


def looks_wrong(number: str, *, code: str) -> bool:
    """Say whether a number does not look like one of a carrier's. Unknown carriers are never doubted."""
    forms = _FORMS.get(code)
    if forms is None:
        return False
    look = look_of(number)
    return code not in look.codes


def suggested(number: str, *, codes: Iterable[str]) -> str:
    """Give the code, among the shop's carriers, that a number looks like; empty if none or several."""
    found = [code for code in look_of(number).codes if code in set(codes)]
    return found[0] if len(found) == 1 else ""
