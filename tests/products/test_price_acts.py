"""Changing prices: what is at once in force, what waits, what two people do at the same time."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.urls import reverse

from products import registry
from products.actions import prices
from products.actions.errors import StaleGoodsError, UnableToPriceError
from products.choices import PriceChangeState, PriceKind
from products.models import PriceChange, QualityRecord, Sku
from products.queries.prices import current_prices, daily_pieces
from shopops.lib.business_time import business_date
from shopops.staff.models import Operation
from tests.factories.listing import SkuFactory
from tests.factories.staff import PersonFactory


def wanted(sku, amount, kind=PriceKind.LIST, version=None, reason="换季"):
    return prices.NewPrice(sku.pk, kind, Decimal(amount), reason, version)


@pytest.fixture
def rechecked(monkeypatch):
    seen: list[int] = []

    def look(sku_ids, now):
        seen.extend(sku_ids)
        return {sku_id: ["中秋预热：到手价低于底价"] for sku_id in sku_ids}

    monkeypatch.setattr(registry, "_rechecks", [look])
    return seen


def test_a_price_over_floor_is_in_force_at_once(manager, now, rechecked):
    sku = SkuFactory()

    change = prices.change_price(wanted=wanted(sku, "90"), by=manager, now=now)

    sku.refresh_from_db()
    assert (sku.list_amount, sku.version) == (Decimal("90.00"), 2)
    assert change.state == PriceChangeState.APPLIED
    assert rechecked == [sku.pk]
    assert change.objections == ["中秋预热：到手价低于底价"]
    assert Operation.objects.get(name="products.price.changed").new["price"] == "90"


def test_a_price_below_floor_waits_and_changes_nothing(manager, now, rechecked):
    sku = SkuFactory()

    change = prices.change_price(wanted=wanted(sku, "79.99"), by=manager, now=now)

    sku.refresh_from_db()
    assert change.state == PriceChangeState.WAITING
    assert change.objections == ["below_floor|79.99|80.00"]
    assert sku.list_amount == Decimal("100.00")
    assert rechecked == []


@pytest.mark.parametrize("amount", ["0", "-5", "100.00", "2000000"])
def test_no_price_and_the_same_price_are_refused(amount, manager, now):
    sku = SkuFactory()

    with pytest.raises(UnableToPriceError):
        prices.change_price(wanted=wanted(sku, amount), by=manager, now=now)

    assert not PriceChange.objects.exists()


def test_a_price_needs_a_reason_and_only_one_waits(manager, now):
    sku = SkuFactory()
    with pytest.raises(UnableToPriceError):
        prices.change_price(wanted=wanted(sku, "90", reason=" "), by=manager, now=now)
    prices.change_price(wanted=wanted(sku, "70"), by=manager, now=now)

    with pytest.raises(UnableToPriceError):
        prices.change_price(wanted=wanted(sku, "90"), by=manager, now=now)


def test_a_price_from_an_old_page_is_refused(manager, now):
    sku = SkuFactory()
    prices.change_price(wanted=wanted(sku, "90", version=1), by=manager, now=now)

    with pytest.raises(StaleGoodsError):
        prices.change_price(wanted=wanted(sku, "95", version=1), by=manager, now=now)


def test_an_agreed_price_comes_into_force_and_a_refused_one_does_not(manager, now):
    low, other = SkuFactory(), SkuFactory()
    one = prices.change_price(wanted=wanted(low, "70"), by=manager, now=now)
    two = prices.change_price(wanted=wanted(other, "70"), by=manager, now=now)

    prices.decide_price(change_id=one.pk, agrees=True, reason="清仓", by=manager, now=now)
    prices.decide_price(change_id=two.pk, agrees=False, reason="亏", by=manager, now=now)

    low.refresh_from_db()
    other.refresh_from_db()
    assert (low.list_amount, other.list_amount) == (Decimal("70.00"), Decimal("100.00"))
    with pytest.raises(UnableToPriceError):
        prices.decide_price(change_id=one.pk, agrees=False, reason="x", by=manager, now=now)


def test_a_price_that_changed_while_one_waited_is_not_agreed_to(manager, now):
    sku = SkuFactory()
    change = prices.change_price(wanted=wanted(sku, "70"), by=manager, now=now)
    Sku.objects.filter(pk=sku.pk).update(list_amount=Decimal(120))

    with pytest.raises(StaleGoodsError):
        prices.decide_price(change_id=change.pk, agrees=True, reason="清仓", by=manager, now=now)


def test_an_activity_price_is_the_newest_one_in_force(manager, now):
    sku = SkuFactory()
    prices.change_price(wanted=wanted(sku, "95", PriceKind.ACTIVITY), by=manager, now=now)
    prices.change_price(wanted=wanted(sku, "70", PriceKind.ACTIVITY), by=manager, now=now)

    current = current_prices(sku)

    assert current.activity == Decimal("95.00")


def _row(line, code, amount, kind=PriceKind.LIST):
    return prices.PriceRow(line, code, kind, Decimal(amount), "批量")


def test_a_pasted_list_does_what_its_preview_says(manager, now):
    good, low, stale = SkuFactory(code="A"), SkuFactory(code="B"), SkuFactory(code="C")
    rows = [_row(2, "A", "90"), _row(3, "B", "50"), _row(4, "C", "90"), _row(5, "X", "9")]
    rows.append(_row(6, "A", "95"))
    shown = prices.preview_prices(rows)
    Sku.objects.filter(pk=stale.pk).update(version=2)

    result = prices.change_prices(
        rows=rows,
        versions={line.code: line.version for line in shown if line.version},
        by=manager,
        now=now,
    )

    assert [line.becomes for line in shown] == ["apply", "wait", "apply", "refuse", "refuse"]
    assert (result.applied, result.waiting) == (1, 1)
    assert [(line.code, line.why[0]) for line in result.refused] == [
        ("C", "stale"),
        ("X", "unknown_code"),
        ("A", "twice"),
    ]
    good.refresh_from_db()
    low.refresh_from_db()
    assert (good.list_amount, low.list_amount) == (Decimal("90.00"), Decimal("100.00"))


def test_a_floor_raised_in_a_list_counts_for_the_line_after_it(manager, now):
    SkuFactory(code="A")
    rows = [_row(2, "A", "95", PriceKind.FLOOR), _row(3, "A", "90")]

    result = prices.change_prices(rows=rows, versions={"A": 1}, by=manager, now=now)

    assert (result.applied, result.waiting) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_change_a_price_at_once_one_wins(shop, now):
    sku, people = SkuFactory(), [PersonFactory(), PersonFactory()]
    start, results = threading.Barrier(2), []

    def act(person, amount):
        start.wait()
        try:
            prices.change_price(wanted=wanted(sku, amount, version=1), by=person, now=now)
            results.append("done")
        except StaleGoodsError:
            results.append("stale")
        finally:
            connection.close()

    threads = [
        threading.Thread(target=act, args=(person, amount))
        for person, amount in zip(people, ("90", "95"), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == ["done", "stale"]
    assert PriceChange.objects.count() == 1


# --- pages and API


def test_a_stale_price_is_answered_with_both_versions(as_manager, now):
    sku = SkuFactory(version=3)
    url = reverse("products:sku_prices", kwargs={"sku_id": sku.pk})
    sent = {"part": "price", "kind": "list", "amount": "90", "reason": "换季", "version": "2"}

    response = as_manager.post(url, sent)

    assert response.status_code == 409
    text = response.content.decode()
    assert "¥100.00" in text
    assert "¥90.00" in text
    assert 'name="version" value="3"' in text


def test_cost_is_not_shown_to_who_may_not_see_it(client, now, manager, as_manager):
    from tests.clients import browser_of

    sku = SkuFactory(cost_amount=Decimal("61.37"))
    prices.change_price(wanted=wanted(sku, "50"), by=manager, now=now)
    editor = browser_of(PersonFactory(role_codes=["editor"]))
    paths = [reverse("products:sku_prices", kwargs={"sku_id": sku.pk}), reverse("products:prices")]

    assert all("61.37" not in editor.get(path).content.decode() for path in paths)
    assert all("61.37" in as_manager.get(path).content.decode() for path in paths)
    sent = {"part": "price", "kind": "cost", "amount": "1", "reason": "x", "version": "1"}
    assert editor.post(paths[0], sent).status_code == 422


def test_a_bulk_preview_changes_nothing_until_it_is_confirmed(as_manager):
    sku = SkuFactory(code="4214")
    url = reverse("products:prices_bulk")
    text = "商家编码,新价\n4214.0,90\n4214,-1"

    preview = as_manager.post(url, {"text": text})

    assert "马上生效" in preview.content.decode()
    assert "价格要大于 0" in preview.content.decode()
    sku.refresh_from_db()
    assert sku.list_amount == Decimal("100.00")
    hidden = preview.context["preview"].hidden
    as_manager.post(url, {"text": text, "part": "save", "save": "1", "hidden": hidden})
    sku.refresh_from_db()
    assert sku.list_amount == Decimal("90.00")


def test_the_api_changes_a_price_and_refuses_an_old_version(as_manager):
    SkuFactory(code="A", version=2)
    url = reverse("products_api:change_price")
    body = {"sku_code": "A", "kind": "list", "amount": "90.00", "reason": "接口"}

    stale = as_manager.post(url, {**body, "version": 1}, content_type="application/json")
    done = as_manager.post(url, {**body, "version": 2}, content_type="application/json")

    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    assert (done.status_code, done.json()["state"]) == (200, "applied")


def test_only_the_manager_decides(as_manager, now, manager):
    from tests.clients import browser_of

    change = prices.change_price(wanted=wanted(SkuFactory(), "50"), by=manager, now=now)
    url = reverse("products:price_decide", kwargs={"change_id": change.pk})
    editor = browser_of(PersonFactory(role_codes=["editor"]))

    assert editor.post(url, {"part": "agree", "reason": "x"}).status_code == 403
    assert as_manager.post(url, {"part": "agree", "reason": "清仓"}).status_code == 302
    change.refresh_from_db()
    assert change.state == PriceChangeState.APPLIED


def sold(sku, pieces, day):
    QualityRecord.objects.create(sku=sku, date=day, days=30, sold_pieces=pieces)


def test_what_stopped_selling_is_slow_and_what_nobody_knows_is_not(db, now):
    today = business_date(now)
    other, stopped = SkuFactory(), SkuFactory()
    sold(other, 90, today)
    sold(stopped, 90, today - timedelta(days=5))

    assert daily_pieces([other.pk, stopped.pk], today=today) == {other.pk: 3.0, stopped.pk: 0.0}
    assert daily_pieces([other.pk], today=today + timedelta(days=60)) == {}
