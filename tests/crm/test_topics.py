"""Words of reviews are sorted into topics by the trade's dictionary, with their tone."""

import pytest

from crm.rules.topics import cause_of, complains, mentions


@pytest.mark.parametrize(
    ("text", "topic", "tone"),
    [
        ("洗了一次就掉色", "colour", "bad"),
        ("洗了几次也不掉色", "colour", "good"),
        ("没有异味", "smell", "good"),
        ("有一股刺鼻的味道", "smell", "bad"),
        ("起球太厉害了", "lint", "bad"),
        ("尺寸刚好", "size", "good"),
        ("比标的尺寸偏小一圈", "size", "bad"),
        ("快递太慢了", "logistics", "bad"),
        ("物流很快", "logistics", "good"),
        ("客服态度差", "service", "bad"),
        ("客服很耐心", "service", "good"),
        ("手感柔软", "feel", "good"),
        ("包装破损严重", "packing", "bad"),
        ("少发了一只枕套", "wrong_piece", "bad"),
        ("质量不好", "quality", "bad"),
        ("质量不错", "quality", "good"),
        ("性价比高", "price", "good"),
        ("和图片一样", "description", "good"),
    ],
)
def test_a_clause_speaks_of_its_topic(text, topic, tone):
    assert (topic, tone) in {(one.topic, one.tone) for one in mentions(text)}


def test_each_topic_stands_once_and_complaints_win():
    found = mentions("快递很快，包装好，可是打开包装破损了，颜色漂亮")

    tones = {one.topic: one.tone for one in found}
    assert len(found) == len(tones)
    assert tones["packing"] == "bad"
    assert tones["logistics"] == "good"


def test_the_cause_is_the_first_complaint():
    assert cause_of(mentions("颜色好看，就是掉毛，快递慢")) == "lint"


def test_praise_alone_has_no_cause():
    assert cause_of(mentions("物流快，手感柔软")) == ""


@pytest.mark.parametrize(
    ("text", "is_bad"),
    [("用了一个月开线了", True), ("穿了一周依然很好", False), ("太失望了", True), ("", False)],
)
def test_an_additional_review_complains_or_not(text, is_bad):
    assert complains(text) is is_bad
