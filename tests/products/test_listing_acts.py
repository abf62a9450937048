"""Listing acts: checks and their history, forbidden products, violations, rules."""

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from PIL import Image

from products.actions import goods_rules, images, listing, violations
from products.actions.errors import GoodsRefusedError, StaleGoodsError, UnableToListError
from products.actions.watch import request_findings
from products.checks.listing import violations_are_answered
from products.choices import GoodsRuleCode, ProductStatus, ViolationState
from products.models import (
    ListingCheck,
    Product,
)
from products.queries.goods_rules import rule_in_force
from shopops.checks.models import CheckResult
from shopops.lib import vault
from shopops.lib.business_time import business_date
from shopops.work.engine import perform_inline
from tests.factories.listing import ProductFactory, SkuFactory


def image_path(name):
    return f"JPEG|{name}|{name}|800x800"


def outcome(check, code):
    return next(one["outcome"] for one in check.points if one["code"] == code)


def test_a_check_reads_the_picture_in_the_vault(manager, now):
    out = io.BytesIO()
    Image.new("RGB", (800, 800), (255, 255, 255)).save(out, "JPEG")
    out.seek(0)
    product = ProductFactory(image_path=image_path(vault.store(out).name))

    check = listing.check_product(product_id=product.pk, by=manager, now=now)

    assert outcome(check, "image_size") == "pass"
    assert check.picture is not None
    assert check.picture["width"] == 800


def test_a_check_measures_the_picture_that_a_person_set(manager, now):
    out = io.BytesIO()
    Image.new("RGB", (800, 800), (255, 255, 255)).save(out, "JPEG")
    out.seek(0)
    product = ProductFactory()
    images.set_image(product_id=product.pk, file=out, by=manager, now=now)

    check = listing.check_product(product_id=product.pk, by=manager, now=now)

    assert outcome(check, "image_size") == "pass"
    assert outcome(check, "image_ground") == "pass"


def test_what_an_item_file_says_by_its_own_keys_is_no_attribute(manager, now):
    said = {"subtitle": "", "weight": "", "promise": "", "size": "", "properties": "1:2;"}
    product = ProductFactory(attributes={**said, "pictures": [], "detail": ""})

    check = listing.check_product(product_id=product.pk, by=manager, now=now)

    assert outcome(check, "attributes") == "unknown"


def test_material_that_a_person_writes_keeps_what_a_file_said_beside_it(manager, now):
    product = ProductFactory(attributes={"subtitle": "软糯", "detail": "旧"})
    given = listing.MaterialGiven({"材质": "棉"}, "", "新", 48, "床上用品", "")

    saved = listing.save_material(
        product_id=product.pk, given=given, version=product.version, by=manager, now=now
    )

    assert saved.attributes == {"subtitle": "软糯", "props": {"材质": "棉"}, "detail": "新"}


@pytest.mark.parametrize("name", ["gone" * 10, image_path("0" * 40)])
def test_a_picture_that_is_gone_fails_the_check_and_breaks_nothing(name, manager, now):
    product = ProductFactory(image_path=name)

    check = listing.check_product(product_id=product.pk, by=manager, now=now)

    assert outcome(check, "image_format") == "fail"


@pytest.mark.django_db(transaction=True)
def test_findings_asked_for_after_an_act_are_stored_for_the_day(manager, now):
    run = request_findings(by=manager, now=now)

    done = perform_inline(run)

    assert done.error == ""
    stored = CheckResult.objects.filter(code__startswith="products.")
    assert {one.status for one in stored} <= {"passed", "unknown"}
    assert stored.count() == 14


def test_a_file_that_is_no_picture_is_a_clear_error(as_manager, manager, now):
    product = ProductFactory(image_path=image_path(vault.store(io.BytesIO(b"hello")).name))
    listing.check_product(product_id=product.pk, by=manager, now=now)

    page = as_manager.get(reverse("products:listing_check", kwargs={"product_id": product.pk}))

    assert "主图文件不是图片" in page.content.decode()


def test_only_a_change_makes_a_new_check_when_nobody_asked(manager, now):
    product = ProductFactory()
    listing.check_product(product_id=product.pk, by=None, now=now)

    listing.check_product(product_id=product.pk, by=None, now=now + timedelta(days=1))
    Product.objects.filter(pk=product.pk).update(title="棉" * 40)
    listing.check_product(product_id=product.pk, by=None, now=now + timedelta(days=2))

    checks = list(ListingCheck.objects.order_by("pk"))
    assert [one.is_latest for one in checks] == [False, True]
    assert checks[0].checked_at == now + timedelta(days=1)


@pytest.mark.django_db(transaction=True)
def test_a_run_checks_every_product_but_drafts(manager, now):
    failing, draft = ProductFactory(title=""), ProductFactory(status=ProductStatus.DRAFT)
    ProductFactory()
    run = listing.request_check_all(by=manager, now=now)

    done = perform_inline(run)

    assert done.result["products"] == 2
    assert failing.checks.get().failed_count > 0
    assert not draft.checks.exists()


def test_a_forbidden_product_cannot_be_marked_listed(manager, now):
    product = ProductFactory()
    given = violations.ViolationGiven("售假", now, product_id=product.pk, forbids_listing=True)
    row = violations.record_violation(given=given, by=manager, now=now)
    product.refresh_from_db()
    assert product.status == ProductStatus.FORBIDDEN

    with pytest.raises(UnableToListError, match="售假"):
        listing.mark_listed(
            product_id=product.pk,
            is_on=True,
            reason="x",
            version=product.version,
            by=manager,
            now=now,
        )

    violations.end_violation(
        violation_id=row.pk,
        state=ViolationState.WITHDRAWN,
        ending="申诉成功",
        version=1,
        by=manager,
        now=now,
    )
    now_off = Product.objects.get(pk=product.pk)
    assert now_off.status == ProductStatus.OFF_SHELF
    listing.mark_listed(
        product_id=product.pk,
        is_on=True,
        reason="解除",
        version=now_off.version,
        by=manager,
        now=now,
    )


def test_a_product_stays_forbidden_while_another_violation_forbids_it(manager, now):
    product = ProductFactory()
    given = violations.ViolationGiven("甲", now, product_id=product.pk, forbids_listing=True)
    first = violations.record_violation(given=given, by=manager, now=now)
    violations.record_violation(given=given, by=manager, now=now)

    violations.end_violation(
        violation_id=first.pk,
        state=ViolationState.MENDED,
        ending="改了",
        version=1,
        by=manager,
        now=now,
    )

    product.refresh_from_db()
    assert product.status == ProductStatus.FORBIDDEN


def test_an_appeal_after_its_deadline_is_refused(manager, now):
    given = violations.ViolationGiven("滥发", now - timedelta(days=3), appeal_until=now)
    row = violations.record_violation(given=given, by=manager, now=now)

    with pytest.raises(GoodsRefusedError, match="过了"):
        violations.appeal_violation(
            violation_id=row.pk, words="x", version=1, by=manager, now=now + timedelta(seconds=1)
        )
    with pytest.raises(StaleGoodsError):
        violations.appeal_violation(violation_id=row.pk, words="x", version=9, by=manager, now=now)


@pytest.mark.parametrize("hours", [47, 49, -1])
def test_a_violation_is_a_finding_from_48_hours_before_its_deadline(hours, manager, now):
    given = violations.ViolationGiven(
        "滥发", now - timedelta(days=5), appeal_until=now + timedelta(hours=hours)
    )
    violations.record_violation(given=given, by=manager, now=now)

    found = violations_are_answered(business_date(now), now).findings

    assert len(found) == (1 if hours <= 48 else 0)
    assert all(one.severity == ("late" if hours < 0 else "soon") for one in found)


def test_a_rule_changes_from_today_on_and_a_stale_page_is_refused(manager, now):
    today = business_date(now)
    before = rule_in_force(GoodsRuleCode.SHELF, day=today)
    changed = before.parameters | {"slot_cap": 3}
    goods_rules.change_rule(
        code=GoodsRuleCode.SHELF, parameters=changed, version=before.version, by=manager, now=now
    )

    assert rule_in_force(GoodsRuleCode.SHELF, day=today).parameters["slot_cap"] == 3
    assert (
        rule_in_force(GoodsRuleCode.SHELF, day=today - timedelta(days=1)).parameters["slot_cap"]
        == 2
    )
    with pytest.raises(StaleGoodsError):
        goods_rules.change_rule(
            code=GoodsRuleCode.SHELF,
            parameters=changed,
            version=before.version,
            by=manager,
            now=now,
        )


def test_material_from_an_old_page_shows_both_versions(as_manager):
    product = ProductFactory(version=4, brand="棉语")
    url = reverse("products:listing_check", kwargs={"product_id": product.pk})
    sent = {
        "part": "material",
        "version": "3",
        "brand": "别的",
        "category": "床品",
        "props": "材质：棉",
    }

    response = as_manager.post(url, sent)

    assert response.status_code == 409
    assert as_manager.post(url, sent | {"version": "4"}).status_code == 302
    product.refresh_from_db()
    assert (product.brand, product.attributes["props"]) == ("别的", {"材质": "棉"})
    assert as_manager.post(url, sent | {"version": "5", "props": "材质"}).status_code == 422


def test_an_exempted_word_passes_in_this_product_only(manager, now):
    mine, other = ProductFactory(title="顶级 枕套"), ProductFactory(title="顶级 枕套")

    listing.exempt_word(product_id=mine.pk, word="顶级", reason="注册商标", by=manager, now=now)

    checks = [
        listing.check_product(product_id=one.pk, by=manager, now=now) for one in (mine, other)
    ]
    assert [outcome(one, "absolute_words") for one in checks] == ["pass", "fail"]
    with pytest.raises(GoodsRefusedError):
        listing.exempt_word(product_id=other.pk, word="顶级", reason=" ", by=manager, now=now)


@pytest.mark.parametrize("many", [3, 12])
def test_lists_ask_as_much_for_many_products_as_for_few(
    many, as_manager, now, django_assert_max_num_queries
):
    for _number in range(many):
        product = ProductFactory(is_main=True, title="")
        SkuFactory(product=product)
        listing.check_product(product_id=product.pk, by=None, now=now)

    with django_assert_max_num_queries(26):
        as_manager.get(reverse("products:listing"))
    with django_assert_max_num_queries(26):
        as_manager.get(reverse("products:watch"))


def test_a_stale_act_on_a_violation_shows_both_versions_and_can_be_sent_again(
    as_manager, manager, now
):
    row = violations.record_violation(
        given=violations.ViolationGiven("虚假宣传", now), by=manager, now=now
    )
    url = f"/products/violations/{row.pk}/"
    violations.pass_violation(
        violation_id=row.pk, owner_id=manager.pk, version=1, by=manager, now=now
    )
    sent = {"part": "end", "state": "mended", "ending": "改了标题", "version": "1"}

    page = as_manager.post(url, sent)

    assert page.status_code == 409
    words = page.content.decode()
    assert manager.name in words
    assert "改了标题" in words
    row.refresh_from_db()
    assert row.ended_at is None
    assert 'name="version" value="2"' in words
    assert as_manager.post(url, sent | {"version": "2"}).status_code == 302
    row.refresh_from_db()
    assert row.ending == "改了标题"


@pytest.mark.parametrize(
    ("sent", "mine"),
    [
        ({"part": "owner", "owner": ""}, "负责人"),
        ({"part": "appeal", "words": "没有这回事"}, "已申诉"),
    ],
)
def test_a_stale_owner_or_appeal_shows_both_versions_too(sent, mine, as_manager, manager, now):
    row = violations.record_violation(
        given=violations.ViolationGiven("虚假宣传", now), by=manager, now=now
    )
    violations.pass_violation(
        violation_id=row.pk, owner_id=manager.pk, version=1, by=manager, now=now
    )

    page = as_manager.post(f"/products/violations/{row.pk}/", sent | {"version": "1"})

    assert page.status_code == 409
    assert mine in page.content.decode()
