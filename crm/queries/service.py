"""Follow-ups and answers: today's tasks, whom to keep in touch with, answers to insert, questions."""

from collections.abc import Mapping
from datetime import date

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Greatest

from crm.choices import LifeStage
from crm.models import Answer, Customer, FollowTask, Question
from crm.queries.seeking import Sorting, seek
from crm.review_choices import FollowState
from shopops.lib.paging import Page
from shopops.staff.models import User

TASK_TABS = ("today", "mine", "late", "care", "done")
_CLOSE = 0.2


def tasks(
    tab: str, *, me: User, today: date, filters: Mapping[str, str] | None = None
) -> QuerySet[FollowTask]:
    """Give the tasks of a tab, oldest first; done ones newest first."""
    rows = _of_tab(tab, me=me, today=today, filters=filters or {})
    return rows.order_by("-touched_at", "-pk") if tab == "done" else rows.order_by("due_on", "pk")


_DUE: Sorting[FollowTask] = Sorting("due_on", lambda row: row.due_on, date, descending=False)
_DONE: Sorting[FollowTask] = Sorting("touched_at", lambda row: row.touched_at or row.opened_at)
_PAID: Sorting[Customer] = Sorting("stat__paid_fen", lambda row: row.stat.paid_fen, int)


def task_page(
    tab: str,
    *,
    me: User,
    today: date,
    filters: Mapping[str, str],
    after: str = "",
    before: str = "",
) -> Page[FollowTask]:
    """Give one page of a tab. One query.

    :param filters: kind, result, owner (id; 0: nobody), q (member name or order number)
    :raises ValueError: if a cursor is none of ours
    """
    rows = _of_tab(tab, me=me, today=today, filters=filters)
    return seek(rows, _DONE if tab == "done" else _DUE, after=after, before=before)


def _of_tab(tab: str, *, me: User, today: date, filters: Mapping[str, str]) -> QuerySet[FollowTask]:
    rows = FollowTask.objects.select_related("order", "customer", "owner", "touched_by", "case")
    if tab == "done":
        rows = rows.filter(touched_at__isnull=False)
    else:
        rows = rows.filter(state=FollowState.OPEN, due_on__lte=today)
    if tab == "mine":
        rows = rows.filter(owner=me)
    elif tab == "late":
        rows = rows.filter(due_on__lt=today)
    for name in ("kind", "result"):
        if value := filters.get(name):
            rows = rows.filter(**{name: value})
    if (owner := filters.get("owner", "")).isdecimal():
        rows = rows.filter(owner=int(owner) or None)
    if words := filters.get("q", "").strip():
        hit = Q(order__tid=words) | Q(order__buyer_nick__icontains=words)
        rows = rows.filter(hit | Q(customer__name__icontains=words))
    return rows


def cooling_page(*, after: str = "", before: str = "") -> Page[Customer]:
    """Give one page of old customers that grow cold and have nobody, who paid most first.

    :raises ValueError: if a cursor is none of ours
    """
    return seek(cooling_customers(), _PAID, after=after, before=before)


def task_counts(*, me: User, today: date) -> dict[str, int]:
    """Give the figures of the tabs in one aggregate over open tasks."""
    return FollowTask.objects.filter(state=FollowState.OPEN, due_on__lte=today).aggregate(
        today=Count("pk"),
        mine=Count("pk", filter=Q(owner=me)),
        late=Count("pk", filter=Q(due_on__lt=today)),
        free=Count("pk", filter=Q(owner__isnull=True)),
    )


def next_task(*, me: User, today: date, after: int) -> FollowTask | None:
    """Give the next open task of a person; the one just done is passed over."""
    rows = FollowTask.objects.filter(state=FollowState.OPEN, due_on__lte=today, owner=me)
    return rows.exclude(pk=after).order_by("due_on", "pk").first()


def cooling_customers() -> QuerySet[Customer]:
    """Give old customers that grow cold and have nobody."""
    rows = Customer.objects.filter(
        merged_into__isnull=True,
        agent__isnull=True,
        stat__paid_orders__gte=2,
        stat__life_stage__in=(LifeStage.COOLING, LifeStage.ASLEEP),
    )
    return rows.select_related("stat")


def find_answers(words: str, *, scene: str = "", with_off: bool = False) -> QuerySet[Answer]:
    """Find answers by words in title, key words or text, the closest first; the most used first without words."""
    rows = Answer.objects.select_related("changed_by")
    if not with_off:
        rows = rows.filter(is_on=True)
    if scene:
        rows = rows.filter(scene=scene)
    words = words.strip()
    if not words:
        return rows.order_by("-use_count", "-pk")
    near = Greatest(
        TrigramWordSimilarity(words, "title"),
        TrigramWordSimilarity(words, "keywords"),
        TrigramWordSimilarity(words, "text"),
    )
    hit = Q(title__icontains=words) | Q(keywords__icontains=words) | Q(text__icontains=words)
    found = rows.annotate(near=near).filter(hit | Q(near__gte=_CLOSE))
    return found.order_by("-near", "-use_count", "pk")


_USED: Sorting[Answer] = Sorting("use_count", lambda row: row.use_count, int)
_ASKED: Sorting[Question] = Sorting("count", lambda row: row.count, int)
# Nobody reads further than this where the closest stand first.
MOST_FOUND = 50


def answer_page(
    words: str, *, scene: str, with_off: bool, after: str = "", before: str = ""
) -> Page[Answer]:
    """Give one page of the library; with words the closest ones, and no further page.

    :raises ValueError: if a cursor is none of ours
    """
    rows = find_answers(words, scene=scene, with_off=with_off)
    if words.strip():
        return Page(list(rows[:MOST_FOUND]), None, None)
    return seek(rows, _USED, after=after, before=before)


def question_page(*, show: str, after: str = "", before: str = "") -> Page[Question]:
    """Give one page of what is asked most.

    :raises ValueError: if a cursor is none of ours
    """
    return seek(questions(show), _ASKED, after=after, before=before)


def variables_of(task_or_review: object, *, me: User, shop: str) -> Mapping[str, str]:
    """Give what an answer's variables stand for beside an order."""
    order = getattr(task_or_review, "order", None)
    line = order.lines.order_by("position").first() if order else None
    parcel = order.shipments.order_by("-pk").first() if order else None
    return {
        "昵称": order.buyer_nick if order else "",
        "商品": line.title if line else "",
        "规格": line.spec if line else "",
        "订单尾号": order.tid[-4:] if order else "",
        "快递": parcel.carrier if parcel else "",
        "运单号": parcel.waybill_no if parcel else "",
        "店铺": shop,
        "客服": me.name,
    }


def questions(show: str = "") -> QuerySet[Question]:
    """Give what is asked: all that counts, those `missing` an answer, or those that need none (`ignored`)."""
    rows = Question.objects.select_related("answer").filter(is_ignored=show == "ignored")
    return rows.filter(answer__isnull=True) if show == "missing" else rows
