"""Clocks, limits, wording and file types of after-sales: pure decisions at their boundaries."""

from datetime import timedelta
from decimal import Decimal

import pytest

from orders.choices import CASE_TRANSITIONS, CaseGrade, CaseState, CaseType, RefundType
from orders.rules import cases, evidence, praise_words, sweep
from tests.times import NOW

HOUR = timedelta(hours=1)


def clocks(**changed):
    base = {
        "opened_at": NOW,
        "turn_at": NOW,
        "answered_at": None,
        "platform_due_at": None,
        "state": CaseState.OPEN,
        "grade": "",
        "is_complaint": False,
    }
    return cases.Clocks(**{**base, **changed})


@pytest.mark.parametrize(
    ("changed", "hours"),
    [
        ({}, 24),
        ({"answered_at": NOW}, 72),
        ({"answered_at": NOW, "grade": CaseGrade.FUNCTIONAL}, 48),
        ({"grade": CaseGrade.FUNCTIONAL}, 24),
        ({"answered_at": NOW, "grade": CaseGrade.COMPLAINT}, 72),
        ({"platform_due_at": NOW + 5 * HOUR}, 5),
        ({"answered_at": NOW, "platform_due_at": NOW + 100 * HOUR}, 72),
    ],
)
def test_the_earliest_clock_that_runs_is_the_due_time(changed, hours):
    assert cases.due_times(clocks(**changed)).due_at == NOW + hours * HOUR


def test_our_clock_rests_while_the_goods_travel_and_starts_anew_when_they_come():
    answered = {"answered_at": NOW, "grade": CaseGrade.FUNCTIONAL}

    waiting = clocks(state=CaseState.WAITING_GOODS, turn_at=NOW + 10 * HOUR, **answered)
    back = clocks(state=CaseState.ANSWERED, turn_at=NOW + 60 * HOUR, **answered)

    assert cases.due_times(waiting).due_at == NOW + 82 * HOUR
    assert cases.due_times(back).due_at == NOW + 108 * HOUR


def test_the_platforms_time_and_a_complaint_never_rest():
    waiting = {"state": CaseState.WAITING_BUYER, "turn_at": NOW + 50 * HOUR, "answered_at": NOW}

    platform = clocks(platform_due_at=NOW + 51 * HOUR, **waiting)
    complaint = clocks(is_complaint=True, **waiting)

    assert cases.due_times(platform).due_at == NOW + 51 * HOUR
    assert cases.due_times(complaint).due_at == NOW + 72 * HOUR


@pytest.mark.parametrize(
    ("complaint", "hours", "contacts", "expected"),
    [
        (True, 71.99, 1, ""),
        (True, 72, 1, "overdue"),
        (True, 1, 2, "contact"),
        (False, 200, 5, ""),
    ],
)
def test_a_complaint_goes_up_at_72_hours_or_at_the_second_contact(
    complaint, hours, contacts, expected
):
    found = cases.escalation(
        complaint=complaint, opened_at=NOW, contact_count=contacts, now=NOW + hours * HOUR
    )

    assert found == expected


def test_the_platforms_time_is_not_ours_while_the_buyer_must_send_the_goods_back():
    due = {"platform_due_at": NOW + HOUR, "answered_at": NOW}

    ours = clocks(refund_status="WAIT_SELLER_CONFIRM_GOODS", **due)
    buyers = clocks(refund_status="WAIT_BUYER_RETURN_GOODS", state=CaseState.WAITING_GOODS, **due)

    assert cases.due_times(ours).due_at == NOW + HOUR
    assert cases.due_times(buyers).due_at == NOW + 72 * HOUR


def test_every_refund_type_has_a_case_type():
    assert {cases.type_of_refund(one) for one in RefundType} == set(CaseType)
    assert cases.type_of_refund("") == CaseType.REFUND_ONLY


def test_a_closed_case_only_reopens_into_work_and_no_state_leads_to_itself():
    assert CASE_TRANSITIONS[CaseState.CLOSED] == {CaseState.OPEN, CaseState.ANSWERED}
    for state in CaseState:
        assert state not in CASE_TRANSITIONS[state]
        assert cases.can_move(state, CaseState.CLOSED) == (state != CaseState.CLOSED)


@pytest.mark.parametrize(
    ("amount", "given", "paid", "waits"),
    [("30", "0", "150", False), ("30.01", "0", "150", True), ("20", "10.01", "150", True),
     ("25", "0", "24.99", True), ("30", "0", "0", False)],
)  # fmt: skip
def test_more_than_the_limit_of_the_whole_case_or_than_was_paid_waits(amount, given, paid, waits):
    assert waits == cases.needs_approval(
        amount=Decimal(amount), given=Decimal(given), most=Decimal(30), paid_amount=Decimal(paid)
    )


@pytest.mark.parametrize(
    "words",
    [
        "亲，好评返现5元哦",
        "给个五星，红包马上转",
        "补偿20元，麻烦把差评删了",
        "亲帮忙修改一下评价，给您返10元",
        "删除差评后打款30元",
        "20元红包和好评截图发我",
    ],
)
def test_words_that_pay_for_praise_are_found(words):
    assert praise_words.praise_for_pay(words)


@pytest.mark.parametrize(
    "words",
    [
        "枕套有线头，补偿您10元，不需要好评",
        "补偿与评价无关，请放心收下",
        "已经给您补寄一只，明天发出",
        "您的评价我们看到了，马上处理",
    ],
)
def test_honest_words_pass(words):
    assert not praise_words.praise_for_pay(words)


@pytest.mark.parametrize(
    ("head", "ending"),
    [
        (b"\xff\xd8\xff\xe0rest", "jpg"),
        (b"\x89PNG\r\n\x1a\nrest", "png"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "webp"),
        (b"\0\0\0\x18ftypmp42", "mp4"),
        (b"%PDF-1.7", "pdf"),
    ],
)
def test_a_file_is_what_its_content_says(head, ending):
    assert evidence.sniff(head).ending == ending


@pytest.mark.parametrize(
    "head", [b"<html>", b"<svg xmlns=", b"PK\x03\x04", b"MZ\x90", b"", b"RIFF\0\0\0\0AVI "]
)
def test_pages_scripts_and_archives_are_no_evidence(head):
    assert evidence.sniff(head) is None


def test_a_name_keeps_no_path_and_gets_the_ending_of_what_the_file_is():
    assert evidence.tidy_name("..\\..\\a/线头\u202e.exe", evidence.JPEG) == "线头.jpg"


def test_the_day_after_is_the_next_day_worked():
    from datetime import date

    worked = {date(2026, 9, 21), date(2026, 9, 22)}

    assert sweep.next_workday(date(2026, 9, 18), is_workday=worked.__contains__) == date(
        2026, 9, 21
    )
