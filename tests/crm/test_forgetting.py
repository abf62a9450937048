"""An erased person vanishes from customers as well: rows, words and the log."""

import pytest

from crm.actions import caring, merging, recompute, rfm, tags
from crm.models import Customer, CustomerStat, Keeping, Outlook, RfmChange
from orders.actions import subjects
from orders.queries.subjects import find_subject, mentions
from tests.orders.importing.harness import NOW, bring, dicts
from tests.orders.importing.test_merging import order

pytestmark = pytest.mark.django_db
NICK = "云上青禾小铺"


def person(manager):
    """Bring a person whom people wrote about in every field of customers."""
    bring(
        dicts([order("1", 买家会员名=NICK, 订单状态="交易成功"), order("2", 订单状态="交易成功")])
    )
    recompute.recompute_all_marked(now=NOW)
    rfm.keep_rfm(as_of=NOW.date(), now=NOW)
    one = Customer.objects.get(name=NICK)
    about = caring.About(f"{NICK}的妈妈代收", 5, 4, manager.pk)
    caring.change_customer(customer_id=one.pk, version=1, about=about, by=manager, now=NOW)
    caring.give_consent(customer_id=one.pk, channel="sms", proof=f"{NICK}说好", by=manager, now=NOW)
    caring.black_list(customer_id=one.pk, reason=f"{NICK}骂人", until=None, by=manager, now=NOW)
    tags.put_tag(customer_id=one.pk, name="老板", by=manager, now=NOW)
    return one


def test_what_is_held_about_a_customer_is_exported(manager):
    person(manager)

    document = subjects.export_subject(key=NICK, reason="本人要", by=manager, now=NOW)

    (held,) = document["customer"]
    assert held["member_names"] == [NICK]
    assert [row["agent"] for row in held["keepers"]] == [manager.name]
    assert (held["note"], held["tags"]) == (f"{NICK}的妈妈代收", ["老板"])
    assert held["consents"][0]["proof"] == f"{NICK}说好"
    assert "crm.customer.changed" in {one["name"] for one in document["operations"]}


def test_nothing_of_an_erased_person_stands_among_customers(manager, as_manager):
    one = person(manager)

    subjects.erase_subject(key=NICK, reason="本人要", by=manager, now=NOW)

    assert mentions([NICK]) == []
    assert not CustomerStat.objects.filter(pk=one.pk).exists()
    assert not RfmChange.objects.filter(customer=one.pk).exists()
    assert not Outlook.objects.filter(pk=one.pk).exists()
    assert not Keeping.objects.filter(customer=one.pk).exists()
    one.refresh_from_db()
    assert (one.note, one.birth_month, one.agent_id) == ("", None, None)
    assert as_manager.get(f"/customers/{one.pk}/").status_code == 404
    recompute.recompute_all_marked(now=NOW)
    assert CustomerStat.objects.count() == 1


def test_of_a_merged_person_only_the_name_that_asked_goes(manager):
    one = person(manager)
    other = Customer.objects.get(name="买家2")
    one.refresh_from_db()
    merging.merge_customers(
        kept=one.pk, gone=other.pk, versions=(one.version, other.version),
        reason=f"{NICK}自己说的", by=manager, now=NOW,
    )  # fmt: skip

    subjects.erase_subject(key=NICK, reason="本人要", by=manager, now=NOW)

    one.refresh_from_db()
    assert one.name == "买家2"
    assert CustomerStat.objects.get().paid_orders == 1
    assert find_subject("买家2").buyer is not None
    assert mentions([NICK]) == []
