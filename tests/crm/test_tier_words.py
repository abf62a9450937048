"""What a tier promises is said to buyers: praise for pay is refused there, overruled only with a reason."""

import pytest

from crm.models import Draw, TierPlan
from shopops.staff.models import Operation

pytestmark = pytest.mark.django_db
FORM = {
    "valid_from": "2030-01-01",
    "window_days": "365",
    "keep_days": "365",
    "fall": "step",
    "l1_name": "普通会员",
    "l1_rate": "0.98",
    "l1_one_order": "200",
    "l1_benefits": "五星好评返 5 元券",
    "is_sure": "on",
}


def test_a_benefit_that_pays_for_praise_is_refused_with_the_law_and_the_text_stays(as_manager):
    response = as_manager.post("/crm/tiers/edit/", FORM)

    page = response.content.decode()
    assert response.status_code == 422
    assert "不能对买家说" in page
    assert "五星好评返 5 元券" in page
    assert "放行的理由" in page
    assert not TierPlan.objects.filter(valid_from="2030-01-01").exists()


def test_with_a_reason_it_is_saved_and_the_reason_is_in_the_log(as_manager):
    as_manager.post("/crm/tiers/edit/", {**FORM, "overrule_reason": "老规则原文，只给内部看"})

    assert TierPlan.objects.filter(valid_from="2030-01-01").exists()
    logged = Operation.objects.get(name="crm.words.overruled")
    assert logged.reason == "老规则原文，只给内部看"


def test_a_draw_for_those_who_praise_is_refused(as_manager):
    values = {
        "part": "add",
        "kind": "monthly",
        "name": "月月抽",
        "prize": "毛巾一条",
        "winners": "1",
        "starts_at": "2030-01-01T10:00",
        "ends_at": "2030-01-05T10:00",
        "from_level": "0",
        "rules": "五星好评才能参加抽奖",
    }

    response = as_manager.post("/crm/draws/", values)

    assert response.status_code == 422
    assert "不能对买家说" in response.content.decode()
    assert not Draw.objects.exists()
