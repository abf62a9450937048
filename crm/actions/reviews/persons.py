"""What reviews, follow-ups and evidence hold about a person, and how they forget."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from crm.actions.persons import row_of
from crm.models import FollowTask, FollowTouch, MaliceFile, MaliceProof, Review, ReviewCase
from orders.registry import ForgottenPerson, PersonKeeper, keeps_persons
from shopops.lib import vault

CODE = "service"


def _reviews(buyer_id: int | None, order_ids: Sequence[int]) -> QuerySet[Review]:
    mine = Q(order__in=order_ids)
    if buyer_id is not None:
        mine |= Q(buyer=buyer_id)
    return Review.objects.filter(mine).order_by("pk")


def _tasks(buyer_id: int | None, order_ids: Sequence[int]) -> QuerySet[FollowTask]:
    mine = Q(order__in=order_ids)
    if buyer_id is not None:
        mine |= Q(customer__identities__buyer=buyer_id)
    return FollowTask.objects.filter(mine).order_by("pk").distinct()


def held(buyer_id: int | None, order_ids: Sequence[int]) -> dict[str, Any]:
    """Give what is held about a person at the service desk."""
    reviews = _reviews(buyer_id, order_ids)
    tasks = _tasks(buyer_id, order_ids)
    return {
        "reviews": [row_of(one) for one in reviews],
        "review_cases": [row_of(one) for one in ReviewCase.objects.filter(review__in=reviews)],
        "evidence": [row_of(one) for one in MaliceProof.objects.filter(file__review__in=reviews)],
        "follow_ups": [row_of(one) for one in tasks],
        "touches": [row_of(one) for one in FollowTouch.objects.filter(task__in=tasks)],
    }


def log_keys(buyer_id: int | None, order_ids: Sequence[int]) -> Mapping[str, Sequence[str]]:
    """Give under which keys the log speaks of a person here."""
    reviews = list(_reviews(buyer_id, order_ids).values_list("pk", flat=True))
    files = MaliceFile.objects.filter(review__in=reviews).values_list("pk", flat=True)
    tasks = _tasks(buyer_id, order_ids).values_list("pk", flat=True)
    return {
        "review": [str(one) for one in reviews],
        "malice_file": [str(one) for one in files],
        "follow_task": [str(one) for one in tasks],
    }


def erase(person: ForgottenPerson) -> None:
    """Blank the words and names; ratings, topics and figures stay without the person."""
    reviews = list(_reviews(person.buyer_id, person.order_ids).values_list("pk", flat=True))
    tasks = list(_tasks(person.buyer_id, person.order_ids).values_list("pk", flat=True))
    for path in MaliceProof.objects.filter(file__review__in=reviews).values_list("path", flat=True):
        if path:
            transaction.on_commit(partial(vault.remove, path))
    MaliceFile.objects.filter(review__in=reviews).delete()
    ReviewCase.objects.filter(review__in=reviews).update(answer="", note="")
    Review.objects.filter(pk__in=reviews).update(
        nick=person.pseudonym[:80], content="", append="", is_masked=True
    )
    FollowTask.objects.filter(pk__in=tasks).update(words="", why="")
    FollowTouch.objects.filter(task__in=tasks).update(words="")


def register() -> None:
    """Tell orders; called once, when the apps are ready."""
    keeps_persons(PersonKeeper(CODE, held, log_keys, erase))
