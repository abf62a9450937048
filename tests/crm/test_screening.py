"""Texts for buyers are screened; who overrules says why, and stands in the log."""

import pytest
from django import forms

from crm.actions.screening import WordsRefusedError, refuse_words, screen
from crm.forms.screening import ScreenedForm
from shopops.staff.models import Operation

PAID_PRAISE = "收到满意的话\n五星好评返现3元哦"


def test_a_refusal_names_the_words_their_line_and_the_law():
    (refusal,) = screen(PAID_PRAISE, place="卡片文案")

    assert "好评返" in refusal.word
    assert "卡片文案" in refusal.place
    assert "2" in refusal.place
    assert "反不正当竞争" in refusal.reason


def test_what_is_spread_over_lines_is_found_over_all():
    (refusal,) = screen({"正文": "好评\n返现"})

    assert "合起来" in refusal.place


def test_false_trades_are_refused_on_another_ground():
    (refusal,) = screen("我们找人补单")

    assert "虚假交易" in refusal.reason


def test_an_honest_request_for_a_rating_passes():
    assert screen("谢谢您，方便的话请如实评价，好坏都说。") == []


def test_begging_counts_on_cards_only():
    assert screen("求好评") == []
    assert screen("求好评", no_begging=True)


def test_a_service_agent_cannot_overrule_even_with_a_reason(service, now):
    with pytest.raises(WordsRefusedError) as refused:
        refuse_words(
            PAID_PRAISE, overrule_reason="店长同意了", about=("answer", "1"), by=service, now=now
        )

    assert not refused.value.may_overrule
    assert not Operation.objects.filter(name="crm.words.overruled").exists()


def test_a_manager_must_give_a_reason(manager, now):
    with pytest.raises(WordsRefusedError) as refused:
        refuse_words(PAID_PRAISE, overrule_reason=" ", about=("answer", "1"), by=manager, now=now)

    assert refused.value.may_overrule


def test_overruling_with_a_reason_is_logged_with_the_words(manager, now):
    refuse_words(
        PAID_PRAISE, overrule_reason="培训用的反例", about=("answer", "7"), by=manager, now=now
    )

    row = Operation.objects.get(name="crm.words.overruled")
    assert (row.actor, row.object_key, row.reason) == (manager, "7", "培训用的反例")
    assert "好评返" in row.new["words"][0]


class CardForm(ScreenedForm):
    screened_fields = ("text",)
    text = forms.CharField(label="文案")


def test_the_form_says_it_at_the_field_and_offers_a_reason_only_to_who_may(manager, service):
    of_agent = CardForm({"text": PAID_PRAISE, "overrule_reason": "店长同意了"}, by=service)
    of_manager = CardForm({"text": PAID_PRAISE}, by=manager)
    overruled = CardForm({"text": PAID_PRAISE, "overrule_reason": "培训用的反例"}, by=manager)

    assert "反不正当竞争" in of_agent.errors["text"][0]
    assert of_agent.fields["overrule_reason"].widget.is_hidden
    assert not of_manager.is_valid()
    assert not of_manager.fields["overrule_reason"].widget.is_hidden
    assert overruled.is_valid()
