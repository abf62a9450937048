"""The first visit, the shop's data, and what happens when several try at once."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connections

from shopops.staff import reveals
from shopops.staff.actions import setup
from shopops.staff.errors import QuotaError, RefusedError, StaleError
from shopops.staff.models import Operation, Shop, User
from tests.factories.staff import PASSWORD, PersonFactory, ShopFactory


def set_up(now, **kwargs):
    data = {
        "shop_name": "云杉旗舰店",
        "platform": "tmall",
        "username": "laoban",
        "name": "老板",
        "password": PASSWORD,
    }
    return setup.set_up_shop(**{**data, **kwargs}, now=now)


def at_once(count, call):
    """Call from that many threads, give what each returned or raised."""

    def guarded(number):
        try:
            return call(number)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(guarded, range(count)))


@pytest.mark.django_db
def test_the_first_visit_makes_the_shop_and_its_administrator(client):
    assert client.get("/").url == "/setup/"

    response = client.post(
        "/setup/",
        {
            "shop_name": "云杉旗舰店",
            "platform": "tmall",
            "name": "老板",
            "username": "laoban",
            "password": PASSWORD,
            "password_again": PASSWORD,
        },
    )

    assert response.status_code == 302
    assert Shop.objects.get().name == "云杉旗舰店"
    assert User.objects.get().has_perm("staff.manage")
    assert Operation.objects.order_by("-id")[0].name == "staff.shop.set_up"
    assert client.get("/setup/").status_code == 404


@pytest.mark.django_db
def test_two_passwords_that_differ_make_nothing(client):
    response = client.post(
        "/setup/",
        {
            "shop_name": "x",
            "platform": "tmall",
            "name": "x",
            "username": "x",
            "password": PASSWORD,
            "password_again": PASSWORD + "x",
        },
    )

    assert response.status_code == 422
    assert not User.objects.exists()


@pytest.mark.django_db
def test_a_weak_password_makes_nothing(now):
    with pytest.raises(ValidationError):
        set_up(now, password="short-1")

    assert not Shop.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_several_first_visits_at_once_one_wins(now):
    outcomes = at_once(5, lambda number: set_up(now, username=f"boss{number}"))

    assert sum(isinstance(outcome, User) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, RefusedError) for outcome in outcomes) == 4
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_reveals_at_once_stop_at_the_quota(now):
    ShopFactory(reveal_daily_quota=7)
    person = PersonFactory()

    def reveal(number):
        return reveals.take_reveal(
            object_type="order", object_key=str(number), reason="买家要改地址", by=person, now=now
        )

    outcomes = at_once(20, reveal)

    assert sorted(left for left in outcomes if isinstance(left, int)) == list(range(7))
    assert sum(isinstance(outcome, QuotaError) for outcome in outcomes) == 13
    assert reveals.revealed_today(person, now=now) == 7


@pytest.mark.django_db
def test_a_reveal_asks_a_reason(shop, service, now):
    with pytest.raises(RefusedError):
        reveals.take_reveal(object_type="order", object_key="1", reason=" ", by=service, now=now)

    assert reveals.revealed_today(service, now=now) == 0


@pytest.mark.django_db
def test_the_quota_of_one_person_is_not_anothers(shop, service, warehouse, now):
    reveals.take_reveal(object_type="order", object_key="1", reason="核对", by=service, now=now)

    assert reveals.revealed_today(warehouse, now=now) == 0


def _change(person, now, **kwargs):
    data = {
        "name": "云杉旗舰店",
        "platform": "tmall",
        "packing_hands": 3,
        "packing_minutes": Decimal("2.0"),
        "reveal_daily_quota": 50,
        "version": 1,
    }
    return setup.change_shop(**{**data, **kwargs}, by=person, now=now)


@pytest.mark.django_db
def test_a_change_of_the_shop_is_logged(manager, now):
    _change(manager, now)

    row = Operation.objects.order_by("-id")[0]
    assert (row.name, row.old["packing_hands"], row.new["packing_hands"]) == (
        "staff.shop.changed",
        2,
        3,
    )


@pytest.mark.django_db
def test_a_stale_change_of_the_shop_is_refused(manager, now):
    _change(manager, now)

    with pytest.raises(StaleError):
        _change(manager, now, packing_hands=9)

    assert Shop.objects.get().packing_hands == 3
