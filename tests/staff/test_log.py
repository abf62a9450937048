"""The operation log: nobody changes history."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from shopops.staff import queries
from shopops.staff.erasing import forget_in_log
from shopops.staff.models import Operation
from shopops.staff.operations import record
from tests.factories.staff import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "sentence",
    [
        "UPDATE staff_operation SET actor_name = 'somebody else'",
        "DELETE FROM staff_operation",
        "TRUNCATE staff_operation",
    ],
)
def test_the_database_itself_refuses_to_change_the_log(sentence, now):
    record(name="test.act", by=None, now=now)
    with connection.cursor() as cursor:
        # Switched off for all tests by conftest; this transaction has it as a shop has.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE staff_operation ENABLE TRIGGER operation_log_is_never_emptied")
        before = Operation.objects.count()

        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(sentence)

    assert Operation.objects.count() == before


@pytest.mark.parametrize(
    "sentence",
    [
        "UPDATE staff_operation SET actor_name = 'somebody else'",
        "UPDATE staff_operation SET name = 'test.other', reason = ''",
        "UPDATE staff_operation SET at = at - interval '1 day'",
        "DELETE FROM staff_operation",
    ],
)
def test_who_forgets_a_person_can_still_change_no_act(sentence, now):
    record(name="test.act", by=None, now=now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('shopops.erasing', 'on', true)")

        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(sentence)


def test_the_log_forgets_words_about_a_person_and_keeps_acts_codes_and_figures(now):
    record(
        name="test.act", by=None, now=now, object_type="order", object_key="42", reason="王小明来电",
        old={"stage": "held", "at": "2026-09-17T12:00:00+08:00", "memo": "call me"},
        new={"stage": "approved", "n": 3, "list": ["a", "13812345678"], "waybill_no": "YT13812345678"},
    )  # fmt: skip
    record(name="test.act", by=None, now=now, object_type="order", object_key="43", reason="别的")

    count = forget_in_log(keys={"order": ["42"]}, renamed={"42": "x"}, texts=[])

    row = Operation.objects.get(name="test.act", object_key="x")
    assert count == 1
    assert row.old == {"stage": "held", "at": "2026-09-17T12:00:00+08:00", "memo": "***"}
    assert row.new == {
        "stage": "approved", "n": 3, "list": ["a", "***"], "waybill_no": "YT13812345678",
    }  # fmt: skip
    assert (row.reason, row.at) == ("***", now)
    assert Operation.objects.get(object_key="43").reason == "别的"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Operation.objects.filter(object_key="43").update(reason="")


def test_the_log_pages_through_everything_once_newest_first(now):
    person = PersonFactory()
    for minute in range(120):
        record(name="test.act", by=person, now=now + timedelta(minutes=minute // 3))

    wanted = queries.LogFilter(person_id=person.pk)
    first = queries.log_page(wanted=wanted, before=None, after=None)
    seen = list(first.rows)
    page = first
    while page.after:
        page = queries.log_page(wanted=wanted, before=None, after=_key(page.rows[-1]))
        seen += page.rows

    assert [row.id for row in seen] == sorted((row.id for row in seen), reverse=True)
    assert len(seen) == 120
    back = queries.log_page(wanted=wanted, before=_key(seen[50]), after=None)
    assert [row.id for row in back.rows] == [row.id for row in seen[:50]]


def _key(row):
    return row.at, row.id


def test_the_log_page_filters_by_object_person_name_and_day(as_manager, service, now):
    record(name="test.one", by=service, now=now, object_type="order", object_key="42")
    record(name="test.two", by=None, now=now - timedelta(days=1), reason="昨天的事")

    by_object = as_manager.get("/log/?type=order&key=42").content.decode()
    by_day = as_manager.get("/log/?since=2026-09-16&until=2026-09-16").content.decode()

    assert "test.one" in by_object
    assert "test.two" not in by_object
    assert "昨天的事" in by_day
    assert "test.one" not in by_day


def test_nonsense_in_the_address_of_the_log_is_left_aside(as_manager):
    assert as_manager.get("/log/?person=x&since=never&after=%00%ff").status_code == 200
