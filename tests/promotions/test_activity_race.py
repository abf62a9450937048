"""Two people put one SKU into two activities of the same days at the same moment; and what happens without the lock."""

from threading import Barrier, Thread

import pytest
from django.db import connection, connections

from promotions.actions import activities as acts
from promotions.actions import activity_items
from promotions.actions.activities import Move
from promotions.actions.activity_items import BadItemsError, put_items
from promotions.actions.activity_locks import ActivityRefusedError
from promotions.choices import ActivityState
from promotions.models import ActivityItem
from tests.promotions.activity_kit import NOW, activity, in_state, line, put, sku

pytestmark = pytest.mark.django_db(transaction=True)
TAKEN, REFUSED = "taken", "refused"


def at_once(*works):
    """Do all at the same moment; say how each fared."""
    fared: list[tuple[str, object]] = []
    start = Barrier(len(works))
    connection.close()

    def run(work):
        try:
            start.wait(20)
            fared.append((TAKEN, work()))
        except ActivityRefusedError as error:
            fared.append((REFUSED, error))
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(work,)) for work in works]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    return sorted(fared, key=lambda one: one[0])


def two(user, **given):
    return [
        in_state(activity(user, name=name, **given), ActivityState.PASSED) for name in ("甲", "乙")
    ]


def putting(row, user, *lines):
    return lambda: put_items(
        activity_id=row.pk, lines=list(lines), version=row.version, by=user, now=NOW
    )


@pytest.fixture
def without_lock(monkeypatch):
    """Lock no SKU, and let nobody write before both have looked."""
    looked = Barrier(2)
    real = activity_items.judge

    def judge(*given):
        found = real(*given)
        looked.wait(20)
        return found

    monkeypatch.setattr(activity_items, "locked_meeting", lambda _ids: None)
    monkeypatch.setattr(activity_items, "judge", judge)


def test_of_two_prices_for_one_sku_at_one_moment_the_second_is_refused_with_the_first_one_named(
    manager,
):
    sku()
    one, other = two(manager)

    (refused, error), (taken, _done) = at_once(
        putting(one, manager, line()), putting(other, manager, line())
    )

    assert (refused, taken) == (REFUSED, TAKEN)
    assert ActivityItem.objects.count() == 1
    assert isinstance(error, BadItemsError)
    there = ActivityItem.objects.get().activity.name
    assert error.lines[0].reason.startswith(f"meets|{there}|2026-09-22|")


def test_without_the_lock_both_would_get_it(manager, without_lock):
    sku()
    one, other = two(manager)

    fared = at_once(putting(one, manager, line()), putting(other, manager, line()))

    assert [how for how, _what in fared] == [TAKEN, TAKEN]
    assert ActivityItem.objects.count() == 2


def test_where_both_may_have_it_the_second_is_told_of_the_first(manager):
    sku()
    one, other = two(manager)

    fared = at_once(
        putting(one, manager, line(price=None)), putting(other, manager, line(price=None))
    )

    assert [how for how, _what in fared] == [TAKEN, TAKEN]
    beside = sorted(done.beside for _how, done in fared)
    assert beside[0] == ()
    assert beside[1] in {(("甲", 1),), (("乙", 1),)}


def test_of_two_ideas_with_one_sku_that_are_passed_at_one_moment_one_stays_an_idea(manager):
    sku()
    one, other = activity(manager, name="甲"), activity(manager, name="乙")
    for row in (one, other):
        put(row, line(), by=manager)

    def passing(row):
        return lambda: acts.move_activity(
            activity_id=row.pk,
            move=Move(ActivityState.PASSED),
            version=row.version,
            by=manager,
            now=NOW,
        )

    fared = at_once(passing(one), passing(other))

    assert [how for how, _what in fared] == [REFUSED, TAKEN]
    assert "两个活动不能碰在一起" in str(fared[0][1])
