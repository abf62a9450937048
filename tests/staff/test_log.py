"""The operation log: nobody changes history."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from shopops.staff import queries
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
