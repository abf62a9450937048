"""Pages of segments and campaigns: what they show, what they refuse, and that a second proof is asked for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.actions import preparing
from crm.actions.campaigns import ArmValues
from crm.actions.segments import save_segment
from crm.choices import CampaignState, MemberState
from crm.models import Campaign, CampaignMember, MessageRule, OptOut, Segment
from tests.clients import browser_of
from tests.factories import campaigns as made
from tests.factories.staff import PersonFactory
from tests.times import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rule")]

ROWS = {
    "rows": "0-0,0-1",
    "fact-0-0": "last_paid",
    "op-0-0": "within",
    "a-0-0": "90",
    "fact-0-1": "consent",
    "side-0-1": "sms",
    "not-0-1": "1",
}
FORM = {
    "name": "秋季唤回",
    "channel": "sms",
    "backend": "test",
    "holdout_percent": "20",
    "starts_at": f"{timezone.localtime() + timedelta(days=1):%Y-%m-%dT%H:%M}",
    "window_days": "7",
    "arms": "1",
    "arm0-name": "A",
    "arm0-text": "{name}，秋季新品到店",
    "arm0-weight": "1",
    "arm0-benefit_amount": "0",
}


@pytest.mark.parametrize(
    "path", ["/crm/segments/", "/crm/campaigns/", "/crm/campaigns/compare/", "/crm/replies/"]
)
def test_an_empty_page_says_how_the_first_thing_gets_here(path, as_manager):
    assert "so-state" in as_manager.get(path).content.decode()


def test_a_changed_row_gives_sentence_size_and_sample_at_once(as_manager):
    made.customer("有同意", at=timezone.now())
    made.customer("没同意", consents=(), at=timezone.now())

    page = as_manager.post("/crm/segments/live/", ROWS).content.decode()

    assert "最近 90 天买过、没同意短信的人" in page
    assert "没同意</a>" in page
    assert "有同意</a>" not in page


def test_a_row_that_says_nothing_is_named_and_nothing_is_counted(as_manager):
    page = as_manager.post("/crm/segments/live/", {**ROWS, "a-0-0": "许多"}).content.decode()

    assert "第 1 个条件：「最近一次购买」里的「许多」不是数字。" in page


def test_a_segment_is_saved_with_its_size_and_no_people(as_manager):
    made.customer("没同意", consents=(), at=timezone.now())

    response = as_manager.post("/crm/segments/new/", {**ROWS, "name": "没同意的"})

    row = Segment.objects.get()
    assert response.url == f"/crm/segments/{row.pk}/"
    assert (row.size, row.version) == (1, 1)


def test_a_button_adds_a_row_without_saving_anything(as_manager):
    page = as_manager.post("/crm/segments/new/", {**ROWS, "do": "add:0", "name": "x"})

    assert 'name="fact-0-2"' in page.content.decode()
    assert not Segment.objects.exists()


def test_a_stale_segment_shows_both_sentences(as_manager, manager):
    row = made.segment(manager)
    save_segment(
        segment_id=row.pk,
        name="改过",
        conditions=made.EVERYBODY,
        version=1,
        by=manager,
        now=NOW,
    )

    response = as_manager.post(f"/crm/segments/{row.pk}/", {**ROWS, "name": "我的", "version": "1"})

    assert response.status_code == 409
    assert "最近 90 天买过" in response.content.decode()


def test_a_campaign_is_written_drawn_approved_and_shown(as_manager, manager, now):
    made.customer("林小鹿")
    made.customer("周周")
    segment = made.segment(manager)

    as_manager.post("/crm/campaigns/new/", {**FORM, "segment": segment.pk, "holdout_percent": "50"})
    row = Campaign.objects.get()
    as_manager.post(f"/crm/campaigns/{row.pk}/act/draw/", {"version": row.version})
    preparing.draw_people(campaign_id=row.pk, now=now)
    row.refresh_from_db()
    page = as_manager.get(f"/crm/campaigns/{row.pk}/").content.decode()
    assert "批准，发给 1 人" in page
    assert str(row.seed) in page
    as_manager.post(f"/crm/campaigns/{row.pk}/send/approve/", {"version": row.version})

    row.refresh_from_db()
    assert (row.state, row.approved_by) == (CampaignState.APPROVED, manager)


def test_a_campaign_that_drew_nobody_is_shown_and_cannot_be_approved(as_manager, manager, now):
    segment = made.segment(manager)
    as_manager.post("/crm/campaigns/new/", {**FORM, "segment": segment.pk, "holdout_percent": "50"})
    row = Campaign.objects.get()
    as_manager.post(f"/crm/campaigns/{row.pk}/act/draw/", {"version": row.version})
    preparing.draw_people(campaign_id=row.pk, now=now)

    answer = as_manager.get(f"/crm/campaigns/{row.pk}/")

    assert answer.status_code == 200
    assert "send/approve" not in answer.content.decode()


def test_approving_asks_for_a_second_proof_of_who_it_is(manager):
    row = made.drawn(manager, seg=_seg(manager))
    stale = browser_of(manager, proved_seconds_ago=600)

    response = stale.post(f"/crm/campaigns/{row.pk}/send/approve/", {"version": row.version})

    assert "reauthenticate" in response["Location"]
    row.refresh_from_db()
    assert row.state == CampaignState.PREPARED


def test_who_may_write_campaigns_may_not_send_them(manager, shop):
    row = made.drawn(manager, seg=_seg(manager))
    promoter = browser_of(PersonFactory(username="man", role_codes=["promotion"]))

    assert promoter.get(f"/crm/campaigns/{row.pk}/").status_code == 200
    assert promoter.post(f"/crm/campaigns/{row.pk}/send/approve/").status_code == 403
    assert promoter.post(f"/crm/campaigns/{row.pk}/file/").status_code == 403
    assert promoter.post("/settings/messages/", {}).status_code == 403


def _seg(by):
    made.customer("林小鹿")
    made.customer("周周")
    return made.segment(by)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{name}，好评返现5元", "用钱、券或礼品换好评"),
        ("{nick}，秋季新品", "没有「nick」这个变量"),
        ("{name，秋季新品", "没有「{」这个变量"),
        ("长" * 220, "太长"),
        ("给您{benefit}", "要写上给什么好处"),
    ],
)
def test_a_text_that_cannot_be_sent_is_refused_in_words(text, words, as_manager, manager):
    form = {**FORM, "segment": _seg(manager).pk, "arm0-text": text}

    response = as_manager.post("/crm/campaigns/new/", form)

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Campaign.objects.exists()


def test_overruled_words_need_a_reason_and_are_kept_with_it(as_manager, manager):
    form = {**FORM, "segment": _seg(manager).pk, "arm0-text": "晒图有奖活动说明"}
    assert as_manager.post("/crm/campaigns/new/", form).status_code == 422

    as_manager.post("/crm/campaigns/new/", {**form, "arm0-overrule_reason": "法务看过，是抽奖公告"})

    arm = Campaign.objects.get().arms.get()
    assert (bool(arm.overruled_words), arm.overrule_reason) == (True, "法务看过，是抽奖公告")


def test_the_length_beside_a_text_counts_signature_and_opt_out_words(as_manager):
    page = as_manager.post("/crm/campaigns/text/", {"at": "0", "arm0-text": "秋季新品到店"})

    # 【棉语家纺】 6, the text 6, ，拒收请回复R 7
    assert "19 字 · 1 条" in page.content.decode()


def test_before_the_window_is_over_the_result_says_not_yet(as_manager, manager):
    row = made.drawn(manager, seg=_seg(manager))
    Campaign.objects.filter(pk=row.pk).update(
        state=CampaignState.DONE, started_at=timezone.now() - timedelta(days=1)
    )

    page = as_manager.get(f"/crm/campaigns/{row.pk}/").content.decode()

    assert "还没到看效果的时候" in page


def test_the_file_for_the_platform_holds_names_and_texts_and_no_formula(as_manager, manager, now):
    made.customer("=cmd|x")
    row = made.approved(manager, seg=made.segment(manager), backend="upload", holdout_percent=0)
    CampaignMember.objects.update(state=MemberState.CLAIMED, claimed_at=now)

    response = as_manager.post(f"/crm/campaigns/{row.pk}/file/")

    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert '"\'=cmd|x"' in text
    assert "【棉语家纺】" in text


def test_pasted_answers_put_people_out_and_name_lines_nobody_knows(as_manager, manager):
    person = made.customer("林小鹿", phone="13900000001")
    text = "手机号,内容\n13900000001,TD\n13900000002,退订\n13900000001,谢谢\n,R"

    page = as_manager.post("/crm/replies/", {"channel": "sms", "text": text}).content.decode()

    assert OptOut.objects.get().customer == person
    assert "第 3 行" in page
    assert "第 5 行：没有手机号或旺旺" in page


def test_rules_of_messages_are_dated_and_a_stale_one_is_refused(as_manager):
    values = {
        "cap_count": "1",
        "cap_days": "30",
        "quiet_from": "21",
        "quiet_to": "9",
        "most_parts": "2",
        "price_amount": "0.05",
        "opt_out_words": "退订回T",
    }
    seen = MessageRule.objects.get().pk

    as_manager.post("/settings/messages/", {**values, "version": seen})
    stale = as_manager.post("/settings/messages/", {**values, "version": seen})

    assert MessageRule.objects.count() == 2
    assert stale.status_code == 409


def test_the_people_of_a_campaign_are_read_in_pages_by_key(as_manager, manager):
    for number in range(60):
        made.customer(f"买家{number}")
    row = made.drawn(manager, holdout_percent=0)

    first = as_manager.get(f"/crm/campaigns/{row.pk}/people/?state=ready").content.decode()

    assert first.count("<tr>") == 51
    assert "after=" in first


def test_a_copy_is_a_new_draft_with_a_seed_of_its_own(as_manager, manager):
    row = made.drawn(manager, seg=_seg(manager), arms=[ArmValues("A", "{name}，老客先看")])

    response = as_manager.post(f"/crm/campaigns/{row.pk}/act/copy/")

    copy = Campaign.objects.exclude(pk=row.pk).get()
    assert response.url == f"/crm/campaigns/{copy.pk}/edit/"
    assert (copy.state, copy.arms.get().text) == (CampaignState.DRAFT, "{name}，老客先看")
    assert copy.seed != row.seed


def test_all_campaigns_side_by_side_are_a_file_too(as_manager, manager):
    at = timezone.now() - timedelta(days=20)
    made.customer("老客", at=at)
    row = made.drawn(manager, seg=_seg(manager))
    Campaign.objects.filter(pk=row.pk).update(state=CampaignState.DONE, started_at=at)

    response = as_manager.get("/crm/campaigns/compare.csv")

    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].startswith('"人群","营销","文案"') or lines[0].startswith("人群,营销,文案")
    assert row.name in lines[1]


def test_people_of_a_campaign_lead_to_their_page(as_manager, manager):
    person = made.customer("林小鹿")
    row = made.drawn(manager, holdout_percent=0)

    page = as_manager.get(f"/crm/campaigns/{row.pk}/people/").content.decode()

    assert f'href="/customers/{person.pk}/"' in page


def test_whoever_may_not_see_contacts_reads_masked_names_wherever_a_campaign_shows_people(manager):
    person = made.customer("林小鹿爱逛")
    row = made.drawn(manager, seg=_seg(manager), holdout_percent=0)
    OptOut.objects.create(
        customer=person, at=NOW, recorded_at=NOW, channel="sms", words="R", source="x"
    )
    writer = browser_of(PersonFactory.create(role_codes=["promotion"]))

    pages = [
        writer.get(f"/crm/campaigns/{row.pk}/people/"),
        writer.get(f"/crm/campaigns/{row.pk}/"),
        writer.get(f"/crm/segments/{row.segment_id}/"),
        writer.get("/crm/replies/"),
    ]

    for page in (one.content.decode() for one in pages):
        assert "林***逛" in page
        assert "林小鹿" not in page


def test_a_campaign_cannot_start_on_a_day_that_is_over(as_manager, manager):
    values = {**FORM, "segment": made.segment(manager).pk, "starts_at": "2020-01-01T10:30"}

    response = as_manager.post("/crm/campaigns/new/", values)

    page = response.content.decode()
    assert response.status_code == 422
    assert "这个日子已经过了" in page
    assert "2020-01-01T10:30" in page
    assert not Campaign.objects.exists()


@pytest.mark.parametrize("path", ["/crm/points/?q=%00", "/service/answers/?q=a%00"])
def test_a_text_that_cannot_be_stored_is_refused_in_words(path, as_manager):
    response = as_manager.get(path)

    assert response.status_code == 400
    assert "控制字符" in response.content.decode()


def test_a_segments_name_that_cannot_be_stored_is_refused_in_words(as_manager):
    response = as_manager.post("/crm/segments/new/", {**ROWS, "name": "a\x00b"})

    assert response.status_code == 400
    assert not Segment.objects.exists()


def test_without_a_gateway_a_campaign_by_sms_is_not_approved(as_manager, manager, settings):
    settings.SMS_GATEWAY_URL = ""
    made.customer("林小鹿", phone="13900000001")
    row = made.drawn(manager, backend="sms", holdout_percent=0)

    page = as_manager.post(
        f"/crm/campaigns/{row.pk}/send/approve/", {"version": row.version}, follow=True
    ).content.decode()

    row.refresh_from_db()
    assert "短信服务商还没接上" in page
    assert row.state == CampaignState.PREPARED
