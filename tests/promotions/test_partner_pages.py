"""The pages and the API of partners, tests and material: what comes back, and to whom."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from promotions.actions import distributors, material, subscriptions, trials
from promotions.choices import TrialMeasure, TrialSplit, TrialSubject
from promotions.models import Distributor, Material, SeenPrice, Subscription, Trial
from shopops.lib.business_time import business_date
from tests.factories.listing import SkuFactory


@pytest.fixture
def today():
    return business_date(timezone.now())


def a_distributor(manager, now):
    return distributors.add_distributor(values={"name": "棉田优选"}, by=manager, now=now)


def a_test(manager, now, **changes):
    wanted = trials.Wanted(
        name="主图",
        subject=TrialSubject.MAIN_IMAGE,
        split=TrialSplit.TRAFFIC,
        measure=TrialMeasure.BUYER_RATE,
        starts_on=business_date(now) - timedelta(days=7),
        planned_days=7,
        baseline=Decimal("0.05"),
        smallest_lift=Decimal("0.2"),
        names=["白底", "实景"],
    )
    return trials.start_trial(wanted=wanted, by=manager, now=now)


def png():
    out = io.BytesIO()
    Image.new("RGB", (50, 50), (10, 20, 30)).save(out, "PNG")
    return SimpleUploadedFile("图.png", out.getvalue(), "image/png")


def test_a_distributor_is_added_and_stands_on_the_board(as_manager):
    url = reverse("promotions:distributors")

    sent = as_manager.post(url, {"part": "add", "name": "云栖床品", "note": ""}, follow=True)

    assert "云栖床品" in sent.content.decode()
    assert Distributor.objects.get().changed_by is not None


def test_a_form_sent_wrong_comes_back_open_with_what_was_written(as_manager, manager, now):
    a_distributor(manager, now)

    sent = as_manager.post(
        reverse("promotions:distributors"),
        {"part": "add", "name": "棉田优选", "shop": "抖音小店"},
    )

    text = sent.content.decode()
    assert sent.status_code == 422
    assert "已经有叫这个名字的分销商" in text
    assert 'value="抖音小店"' in text
    assert "<details open>" in text


def test_a_seen_price_with_its_screenshot_is_shown(as_manager, manager, now, today):
    row, sku = a_distributor(manager, now), SkuFactory()
    distributors.agree_price(
        distributor_id=row.pk,
        sku_code=sku.code,
        amount=Decimal("80.00"),
        valid_from=today - timedelta(days=5),
        by=manager,
        now=now,
    )
    url = reverse("promotions:distributor", kwargs={"distributor_id": row.pk})

    page = as_manager.post(
        url,
        {
            "part": "seen",
            "sku_code": sku.code,
            "amount": "66.60",
            "seen_at": f"{today - timedelta(days=1)}T09:30",
            "place": "直播间",
            "image": png(),
        },
        follow=True,
    ).content.decode()

    assert "破价，要警告" in page
    assert "¥66.60" in page
    picture = as_manager.get(
        reverse("promotions:seen_image", kwargs={"seen_id": SeenPrice.objects.get().pk})
    )
    assert (picture["Content-Type"], picture["X-Content-Type-Options"]) == (
        "image/png",
        "nosniff",
    )


def test_a_stale_edit_shows_both_versions_and_keeps_all_users(
    as_manager, manager, service, now, today
):
    values = {
        "name": "打单助手",
        "purpose": "",
        "cost_amount": Decimal("98.00"),
        "cycle": "monthly",
        "renews_on": today,
        "notice_days": 7,
    }
    row = subscriptions.add_subscription(values=values, users=[], by=manager, now=now)
    subscriptions.renew_subscription(subscription_id=row.pk, version=1, by=manager, now=now)
    url = reverse("promotions:subscription", kwargs={"subscription_id": row.pk})
    sent = {**values, "part": "edit", "version": "1", "users": [manager.pk, service.pk]}

    page = as_manager.post(url, sent)

    text = page.content.decode()
    assert page.status_code == 409
    assert text.count('name="users"') == 2
    assert as_manager.post(url, {**sent, "version": "2"}).status_code == 302
    assert Subscription.objects.get().users.count() == 2


def test_a_test_short_of_its_size_says_so_and_offers_no_decision(as_manager, manager, now):
    trial = a_test(manager, now)
    url = reverse("promotions:test", kwargs={"trial_id": trial.pk})
    first, second = trial.variants.order_by("position")

    page = as_manager.post(
        url,
        {
            "part": "day",
            "date": trial.starts_on.isoformat(),
            f"people_{first.pk}": "100",
            f"hits_{first.pk}": "5",
            f"people_{second.pk}": "100",
            f"hits_{second.pk}": "50",
        },
        follow=True,
    ).content.decode()

    assert "还不能下结论" in page
    assert f"还差 {trial.planned_people - 100:,} 人" in page
    assert 'value="decide"' not in page
    assert "和现在的比" not in page


def test_half_a_days_figures_are_refused_in_their_form(as_manager, manager, now):
    trial = a_test(manager, now)
    first = trial.variants.order_by("position")[0]

    page = as_manager.post(
        reverse("promotions:test", kwargs={"trial_id": trial.pk}),
        {"part": "day", "date": trial.starts_on.isoformat(), f"people_{first.pk}": "100"},
    )

    assert page.status_code == 422
    assert "两个数都要填" in page.content.decode()


def test_a_test_is_set_up_from_percents(as_manager, today):
    as_manager.post(
        reverse("promotions:tests"),
        {
            "part": "add",
            "name": "主图",
            "subject": "main_image",
            "split": "traffic",
            "block_days": "1",
            "measure": "buyer_rate",
            "names": "白底\n实景",
            "starts_on": today.isoformat(),
            "planned_days": "14",
            "baseline": "5",
            "smallest_lift": "20",
        },
    )

    assert Trial.objects.get().planned_people == 8158


def test_material_with_forbidden_words_is_shown_with_its_reason(as_manager):
    page = as_manager.post(
        reverse("promotions:material"),
        {"part": "add", "kind": "text", "title": "短信", "text": "晒图返现 5 元", "tags": "短信"},
        follow=True,
    ).content.decode()

    assert "违反反不正当竞争法" in page


def test_a_picture_of_material_is_given_rewritten(as_manager):
    as_manager.post(
        reverse("promotions:material"),
        {"part": "add", "kind": "picture", "title": "主图", "image": png()},
    )
    row = Material.objects.get()
    url = reverse("promotions:material_image", kwargs={"material_id": row.pk})

    small = as_manager.get(f"{url}?s=small")

    assert small["Content-Type"] == "image/jpeg"
    again = as_manager.get(f"{url}?s=small", headers={"If-None-Match": small["ETag"]})
    assert again.status_code == 304


def test_who_may_only_look_gets_no_forms_and_may_not_post(as_service, manager, now):
    row = material.add_material(
        values={"kind": "text", "title": "短信", "text": "新被子", "tags": []},
        picture=b"",
        by=manager,
        now=now,
    )
    url = reverse("promotions:material_one", kwargs={"material_id": row.pk})

    assert 'name="part"' not in as_service.get(url).content.decode()
    assert as_service.post(url, {"part": "edit"}).status_code == 403


def test_the_list_of_material_asks_as_much_for_many_as_for_few(
    as_manager, manager, now, django_assert_max_num_queries
):
    def fill(count):
        for n in range(count):
            material.add_material(
                values={"kind": "text", "title": f"文案{n}", "text": "新被子", "tags": ["一"]},
                picture=b"",
                by=manager,
                now=now,
            )

    url = reverse("promotions:material")
    fill(2)
    with django_assert_max_num_queries(60) as few:
        as_manager.get(url)
    fill(20)
    with django_assert_max_num_queries(len(few)):
        as_manager.get(url)


def test_the_list_of_tests_asks_as_much_for_many_as_for_few(
    as_manager, manager, now, django_assert_max_num_queries
):
    a_test(manager, now)
    url = reverse("promotions:tests")
    with django_assert_max_num_queries(60) as few:
        as_manager.get(url)
    for _ in range(5):
        a_test(manager, now)
    with django_assert_max_num_queries(len(few)):
        as_manager.get(url)


def test_programs_record_a_seen_price_and_learn_what_it_means(as_manager, manager, now, today):
    row, sku = a_distributor(manager, now), SkuFactory()
    agree = reverse("promotions_api:agree_price", kwargs={"distributor_id": row.pk})
    as_manager.post(
        agree,
        {"sku_code": sku.code, "amount": "80.00", "valid_from": "2026-01-01"},
        content_type="application/json",
    )
    url = reverse("promotions_api:seen_prices", kwargs={"distributor_id": row.pk})
    seen = {
        "sku_code": sku.code,
        "amount": "79.99",
        "seen_at": "2026-03-01T10:00:00+08:00",
        "place": "橱窗",
    }

    first = as_manager.post(url, seen, content_type="application/json")
    again = as_manager.post(url, seen, content_type="application/json")

    assert (first.status_code, first.json()["breach"]) == (200, "warning")
    assert (again.status_code, again.json()["code"]) == (409, "refused")


def test_programs_get_no_winner_before_the_size(as_manager, manager, now):
    trial = a_test(manager, now)

    reading = as_manager.get(reverse("promotions_api:trial", kwargs={"trial_id": trial.pk})).json()

    assert (reading["status"], reading["winner"], reading["contrasts"]) == ("short", None, [])


def test_programs_get_the_festivals_of_a_span(as_manager):
    rows = as_manager.get(
        reverse("promotions_api:festivals"), {"since": "2027-02-06", "until": "2027-02-06"}
    ).json()

    assert [one["name"] for one in rows] == ["春节"]
