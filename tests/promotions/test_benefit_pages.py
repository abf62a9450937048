"""Benefits through their pages: what a person makes, changes, sees and is refused."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from promotions.choices import BenefitKind
from promotions.models import Benefit
from shopops.work.models import Run
from tests.factories.goods import SkuFactory
from tests.factories.promotions import BenefitFactory
from tests.promotions import activity_kit as kit
from tests.promotions.benefit_kit import rule

pytestmark = pytest.mark.django_db


# --- pages


def sent(**facts):
    plain = {
        "part": "change",
        "name": "满 199 减 20",
        "threshold": "199",
        "off": "20",
        "scope": "shop",
        "starts_at": "2026-09-17T00:00",
        "ends_at": "2026-10-17T00:00",
        "audience": "public",
        "is_shop_wide": "on",
        "shop_share": "100",
    }
    return plain | facts


def test_a_person_makes_changes_and_switches_a_coupon(as_manager):
    new = reverse("promotions:new_benefit", kwargs={"kind": "coupon"})
    assert as_manager.get(new).status_code == 200
    as_manager.post(new, sent())
    row = Benefit.objects.get()
    assert row.parameters == {"threshold": "199", "off": "20", "scope": "shop"}
    page = reverse("promotions:benefit", kwargs={"benefit_id": row.pk})

    as_manager.post(page, sent(off="25", version="1"))
    as_manager.post(page, {"part": "off", "version": "2"})
    row.refresh_from_db()

    assert (row.parameters["off"], row.is_on, row.version) == ("25", False, 3)
    assert as_manager.get(page).status_code == 200


def test_what_was_filled_in_wrongly_stays_on_the_page(as_manager):
    new = reverse("promotions:new_benefit", kwargs={"kind": "coupon"})

    page = as_manager.post(new, sent(is_shop_wide="", skus="MY-A 12\nMY-B x", off="1.239"))

    assert page.status_code == 422
    assert "MY-B x" in page.content.decode()


def test_a_stale_edit_shows_both_versions(as_manager):
    row = BenefitFactory.create(version=4, kind=BenefitKind.COUPON, parameters={"threshold": "99"})
    page = reverse("promotions:benefit", kwargs={"benefit_id": row.pk})

    answer = as_manager.post(page, sent(version="3"))

    assert answer.status_code == 409
    assert "满 199 减 20" in answer.content.decode()


def test_percent_and_fold_are_kept_as_rates(as_manager):
    kinds = {"multi_rate": ("9.6", "0.96", "fold"), "official": ("12", "0.12", "percent")}
    for kind, (written, stored, field) in kinds.items():
        as_manager.post(
            reverse("promotions:new_benefit", kwargs={"kind": kind}),
            {**sent(), field: written, "pieces": "2", "off": ""},
        )
        assert Benefit.objects.get(kind=kind).parameters["rate"] == stored


def test_the_rules_page_changes_a_row(as_manager):
    row = rule("LOW")
    page = reverse("promotions:price_rules")
    assert "核对后再用" in as_manager.get(page).content.decode()

    as_manager.post(
        page,
        {
            "part": "rule",
            "rule": row.pk,
            "version": row.version,
            "pieces": "6",
            "is_on": "on",
            "mark": "I",
            "source": "自定",
        },
    )

    row.refresh_from_db()
    assert row.parameters == {"pieces": 6}


def test_who_may_not_edit_sees_benefits_without_buttons(as_service):
    row = BenefitFactory.create()

    page = as_service.get(reverse("promotions:benefit", kwargs={"benefit_id": row.pk}))

    assert page.status_code == 200
    assert 'value="off"' not in page.content.decode()


def test_a_benefit_of_an_activity_starts_with_its_span_and_goods_and_leads_back(
    as_manager, manager
):
    kit.sku()
    activity = kit.activity(manager)
    kit.put(activity, kit.line(), by=manager)
    new = reverse("promotions:new_benefit", kwargs={"kind": "coupon"})
    page = reverse("promotions:activity", args=[activity.pk])
    assert f"{new}?activity={activity.pk}" in as_manager.get(page).content.decode()
    form = as_manager.get(new, {"activity": activity.pk}).content.decode()
    assert "2026-09-22T00:00" in form
    assert "MY-ZT60-BL</textarea>" in form

    answer = as_manager.post(f"{new}?activity={activity.pk}", sent())

    row = Benefit.objects.get()
    assert row.activity == activity
    assert answer["Location"].partition("#")[0] == page
    shown = as_manager.get(page).content.decode()
    assert reverse("promotions:benefit", args=[row.pk]) in shown
    assert Run.objects.filter(kind="promotions.check", key=str(activity.pk)).exists()


def test_a_benefit_of_an_activity_that_is_not_there_is_not_made(as_manager):
    new = reverse("promotions:new_benefit", kwargs={"kind": "coupon"})

    assert as_manager.post(f"{new}?activity=99", sent()).status_code == 404
    assert not Benefit.objects.exists()


def test_what_a_gift_costs_is_shown_to_those_who_see_costs_and_kept_by_the_others(
    as_manager, as_service, shop
):
    from tests.clients import browser_of
    from tests.factories.staff import PersonFactory

    row = BenefitFactory.create(
        kind="gift", parameters={"sku": "ZP-1", "quantity": 1, "cost": "7.77"}
    )
    page = reverse("promotions:benefit", kwargs={"benefit_id": row.pk})
    promoter = browser_of(PersonFactory(username="tuiguang", role_codes=["promotion"]))
    SkuFactory.create(code="ZP-1")

    assert "7.77" in as_manager.get(page).content.decode()
    assert "7.77" not in as_service.get(page).content.decode()
    assert "7.77" not in promoter.get(page).content.decode()
    assert "7.77" not in promoter.get("/api/v1/promotions/benefits/").content.decode()
    facts = sent(version="1", gift_sku="ZP-1", gift_quantity="2")
    promoter.post(page, facts)

    row.refresh_from_db()
    assert row.parameters == {"sku": "ZP-1", "quantity": 2, "cost": "7.77"}


def test_free_postage_keeps_its_provinces(as_manager):
    new = reverse("promotions:new_benefit", kwargs={"kind": "postage"})

    as_manager.post(new, sent(from_amount="99", regions="江苏、浙江 江苏"))

    row = Benefit.objects.get()
    assert row.parameters == {"from_amount": "99", "regions": ["江苏", "浙江"]}
    page = reverse("promotions:benefit", kwargs={"benefit_id": row.pk})
    shown = as_manager.get(page).content.decode()
    assert "满 ¥99.00 包邮，只到江苏、浙江" in shown
    assert 'value="江苏 浙江"' in shown


@pytest.mark.parametrize(
    ("kind", "facts", "words"),
    [
        ("gift", {"gift_sku": "NONE"}, "没有商家编码「NONE」"),
        ("gift", {"gift_sku": "", "cost": "3"}, "写上赠品的商家编码"),
        ("gift", {"gift_sku": "ZP-1", "cost": "-3"}, "不能是负数"),
        ("return_insurance", {"cost": "-1"}, "不能是负数"),
        ("postage", {"from_amount": "-1"}, "不能是负数"),
    ],
)
def test_what_comes_along_must_make_sense(as_manager, kind, facts, words):
    SkuFactory.create(code="ZP-1")
    new = reverse("promotions:new_benefit", kwargs={"kind": kind})

    answer = as_manager.post(new, sent(**facts))

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Benefit.objects.exists()


def test_a_cut_of_the_whole_shop_that_gives_goods_away_is_said_at_once(as_manager):
    SkuFactory.create(code="MY-CHEAP", list_amount=Decimal("9.90"))
    new = reverse("promotions:new_benefit", kwargs={"kind": "item_off"})

    page = as_manager.post(new, sent(off="10", is_shop_wide="on"), follow=True).content.decode()

    assert "会白送" in page
    assert "MY-CHEAP" in page


def test_pieces_and_amount_are_not_asked_for_together(as_manager):
    new = reverse("promotions:new_benefit", kwargs={"kind": "multi_off"})

    both = as_manager.post(new, sent(off="5", pieces="2", amount="100")).content.decode()
    none = as_manager.post(new, sent(off="5")).content.decode()

    assert "只写一个" in both
    assert "写上满几件，或者满多少元" in none


def test_what_a_kind_cannot_be_without_is_not_called_optional(as_manager):
    new = reverse("promotions:new_benefit", kwargs={"kind": "coupon"})

    page = as_manager.post(new, sent(threshold="", off="")).content.decode()

    assert page.count("这一项要填") == 2
    assert "threshold" not in re.sub(r"<[^>]*>", "", page)
