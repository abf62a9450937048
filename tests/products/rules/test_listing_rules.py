"""The points of a listing check: boundaries, bad pictures, words with their places."""

import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from products.choices import CheckOutcome, GoodsRuleCode
from products.rules.listing import ListingFacts, SkuFacts, check_listing
from products.rules.parameters import start_parameters
from products.rules.pictures import NotAPictureError, measure
from products.rules.titles import gbk_length, repeats, wrong_blanks
from products.rules.words import START_WORDS, WordRule, find_words
from products.wording.listing import evidence_words

SETTINGS = start_parameters(GoodsRuleCode.LISTING)
PASS, FAIL, UNKNOWN = CheckOutcome.PASS, CheckOutcome.FAIL, CheckOutcome.UNKNOWN


def outcome(code: str, **facts) -> CheckOutcome:
    return point(code, **facts).outcome


def point(code: str, **facts):
    points = check_listing(ListingFacts(**facts), SETTINGS)
    return next(one for one in points if one.code == code)


def picture(side=800, ground=(255, 255, 255), box=(100, 100, 700, 700), kind="JPEG") -> bytes:
    image = Image.new("RGB", (side, side), ground)
    ImageDraw.Draw(image).rectangle(box, fill=(40, 60, 90))
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(
    ("title", "expected"), [("棉" * 30, PASS), ("棉" * 30 + "a", FAIL), ("a" * 60, PASS)]
)
def test_a_title_may_have_sixty_bytes_in_gbk(title, expected):
    assert outcome("title_length", title=title) == expected


def test_the_first_sign_that_no_longer_fits_is_named():
    assert (
        point("title_length", title="棉" * 29 + "ab四件套").evidence == "too_long|66|60|32|四件套"
    )


def test_a_sign_that_gbk_lacks_is_named_with_its_place():
    length = gbk_length("四件套🧵", most=60)

    assert length.strange == ((4, "🧵"),)
    assert outcome("title_length", title="四件套🧵") == FAIL


@pytest.mark.parametrize(
    ("title", "places"),
    [
        ("纯棉 四件套", []),
        (" 纯棉", [(1, "start")]),
        ("纯棉 ", [(3, "end")]),
        ("纯棉  四件套", [(3, "double")]),
        ("纯棉\u3000四件套", [(3, "strange")]),
        ("纯棉★", [(3, "strange")]),
    ],
)
def test_wrong_blanks_are_found_where_they_are(title, places):
    assert wrong_blanks(title) == places


def test_a_word_that_stands_twice_is_found_as_the_longest():
    assert repeats("四件套 纯棉 四件套") == [("四件套", (1, 8))]
    assert repeats("纯棉四件套") == []
    assert repeats("60支 60×80") == []


@given(st.text(alphabet="棉麻丝绒 ab", max_size=24))
def test_what_is_called_a_repeat_stands_there_twice(title):
    for word, places in repeats(title):
        assert len(places) > 1
        assert all(title[at - 1 : at - 1 + len(word)] == word for at in places)


def test_an_absolute_word_is_told_with_its_place_and_reason():
    hits = find_words({"title": "全网最低价 顶级棉"}, START_WORDS, exempt={})

    assert [(hit.word, hit.position) for hit in hits] == [("全网最低", 1), ("顶级", 7)]
    assert "广告法" in hits[0].reason


@pytest.mark.parametrize(
    ("text", "is_bad"),
    [
        ("最大承重 20 公斤", False),
        ("最好用", True),
        ("100%桑蚕丝", False),
        ("100%满意", True),
        ("１００％满意", True),
    ],
)
def test_a_phrase_around_it_makes_a_word_harmless(text, is_bad):
    hits = find_words({"detail": text}, START_WORDS, exempt={})

    assert any(not hit.exempt for hit in hits) == is_bad


def test_a_harmless_phrase_elsewhere_does_not_excuse_the_word_here():
    hits = find_words({"detail": "最大承重，最柔软"}, START_WORDS, exempt={})

    assert [bool(hit.exempt) for hit in hits] == [True, False]


def test_a_named_persons_word_lets_one_pass():
    rules = (WordRule("顶级", "广告法"),)

    assert outcome("absolute_words", title="顶级", words=rules) == FAIL
    assert (
        outcome(
            "absolute_words", title="顶级", words=rules, exempt_words={"顶级": "注册商标（林岚）"}
        )
        == PASS
    )


@pytest.mark.parametrize(
    ("day", "counts"),
    [
        (date(2026, 8, 31), False),
        (date(2026, 9, 1), True),
        (date(2026, 9, 30), True),
        (date(2026, 10, 1), False),
    ],
)
def test_a_word_counts_between_its_two_dates(day, counts):
    rule = WordRule("首发", "x", valid_from=date(2026, 9, 1), valid_to=date(2026, 9, 30))

    assert rule.is_in_force(day, "床上用品") == counts


def test_a_good_picture_passes_and_its_logo_stays_unknown():
    measured = measure(picture(), white_level=240)

    assert (measured.width, measured.height, measured.format) == (800, 800, "JPEG")
    assert measured.border_white_rate == 1
    assert measured.touched == ()
    assert outcome("image_size", picture=measured) == PASS
    assert outcome("image_logo", picture=measured) == UNKNOWN


def test_a_small_a_grey_and_a_touching_picture_fail_each_for_its_own_reason():
    small = measure(picture(side=799), white_level=240)
    grey = measure(picture(ground=(225, 225, 225)), white_level=240)
    touching = measure(picture(box=(0, 300, 500, 799)), white_level=240)

    assert outcome("image_size", picture=small) == FAIL
    assert outcome("image_ground", picture=grey) == FAIL
    assert outcome("image_edges", picture=grey) == UNKNOWN
    assert touching.touched == ("bottom", "left")


def test_a_see_through_picture_lies_on_white():
    image = Image.new("RGBA", (800, 800), (0, 0, 0, 0))
    out = io.BytesIO()
    image.save(out, "PNG")

    assert measure(out.getvalue(), white_level=240).white_rate == 1


@pytest.mark.parametrize("data", [b"", b"not a picture", picture()[:300], b"GIF89a"])
def test_a_picture_that_is_none_is_refused(data):
    with pytest.raises(NotAPictureError):
        measure(data, white_level=240)


def test_a_file_that_is_no_picture_fails_and_its_measures_stay_unknown():
    assert outcome("image_format", picture="broken") == FAIL
    assert outcome("image_size", picture="broken") == UNKNOWN


def test_nothing_is_said_of_a_detail_page_that_nobody_gave():
    for code in ("detail_table", "detail_photos", "detail_after_sales"):
        assert outcome(code) == UNKNOWN


def test_words_that_may_stand_in_pictures_cannot_be_told():
    detail = '<p>你好</p><img src="a"><img src="b">'

    assert point("detail_after_sales", detail=detail).evidence.startswith("in_pictures|2|")
    assert outcome("detail_after_sales", detail="<p>你好</p>") == FAIL
    assert outcome("detail_after_sales", detail="<p>七天无理由退换</p>") == PASS


def test_a_size_that_the_size_data_lack_is_named():
    skus = (SkuFacts("A", "尺码：48×74cm"), SkuFacts("B", "尺码：60x90cm"))

    assert outcome("size_data", skus=skus, sizes="48*74cm，60×90cm") == PASS
    assert point("size_data", skus=skus, sizes="48×74cm").evidence == "sizes|2|B:60×90"
    assert outcome("size_data", skus=skus) == UNKNOWN


def test_a_price_below_floor_fails_and_an_unknown_floor_cannot_be_told():
    low = SkuFacts("A", list_amount=Decimal(99), floor_amount=Decimal(100))
    even = SkuFacts("B", list_amount=Decimal(100), floor_amount=Decimal(100))
    bare = SkuFacts("C", list_amount=Decimal(100))

    assert outcome("price_floor", skus=(even, low)) == FAIL
    assert outcome("price_floor", skus=(even,)) == PASS
    assert outcome("price_floor", skus=(even, bare)) == UNKNOWN


def test_attributes_that_are_needed_or_left_empty_are_named():
    found = point("attributes", attributes={"品牌": "棉语", "材质": " ", "产地": "南通"})

    assert found.outcome == FAIL
    assert found.evidence == "attributes|3|材质|材质"
    assert outcome("attributes") == UNKNOWN


def test_a_forbidden_product_fails():
    assert outcome("forbidden", forbidden_because="售假") == FAIL


def test_a_code_with_the_signs_of_an_evidence_text_does_not_break_it():
    sku = SkuFacts("A,1:2;3", list_amount=Decimal(8), floor_amount=Decimal(9))

    evidence = point("price_floor", skus=(sku,)).evidence

    assert evidence_words(evidence) == "A，1：2；3 一口价 ¥8.00 低于底价 ¥9.00"
