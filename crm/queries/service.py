"""Follow-ups and answers: today's tasks, whom to keep in touch with, answers to insert, questions."""

from collections.abc import Mapping
from datetime import date

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Greatest

from crm.choices import LifeStage
from crm.models import Answer, Customer, FollowTask, Question
from crm.review_choices import FollowState
from shopops.staff.models import User

TASK_TABS = ("today", "mine", "late", "care", "done")
_CLOSE = 0.2


def tasks(tab: str, *, me: User, today: date) -> QuerySet[FollowTask]:
    """Give the tasks of a tab, oldest first; done ones newest first."""
    rows = FollowTask.objects.select_related("order", "customer", "owner", "touched_by", "case")
    if tab == "done":
        return rows.filter(touched_at__isnull=False).order_by("-touched_at", "-pk")
    rows = rows.filter(state=FollowState.OPEN, due_on__lte=today)
    if tab == "mine":
        rows = rows.filter(owner=me)
    elif tab == "late":
        rows = rows.filter(due_on__lt=today)
    return rows.order_by("due_on", "pk")


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
    """Give old customers that grow cold and have nobody, who paid most first."""
    rows = Customer.objects.filter(
        merged_into__isnull=True,
        agent__isnull=True,
        stat__paid_orders__gte=2,
        stat__life_stage__in=(LifeStage.COOLING, LifeStage.ASLEEP),
    )
    return rows.select_related("stat").order_by("-stat__paid_fen", "pk")


def find_answers(words: str, *, scene: str = "", with_off: bool = False) -> QuerySet[Answer]:
    """Find answers by words in title, key words or text, the closest first; all by use without words."""
    rows = Answer.objects.select_related("changed_by")
    if not with_off:
        rows = rows.filter(is_on=True)
    if scene:
        rows = rows.filter(scene=scene)
    words = words.strip()
    if not words:
        return rows.order_by("scene", "-use_count", "pk")
    near = Greatest(
        TrigramWordSimilarity(words, "title"),
        TrigramWordSimilarity(words, "keywords"),
        TrigramWordSimilarity(words, "text"),
    )
    hit = Q(title__icontains=words) | Q(keywords__icontains=words) | Q(text__icontains=words)
    found = rows.annotate(near=near).filter(hit | Q(near__gte=_CLOSE))
    return found.order_by("-near", "-use_count", "pk")


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


def questions(*, missing_only: bool) -> QuerySet[Question]:
    """Give what is asked most; those without an answer first among equals."""
    rows = Question.objects.select_related("answer").filter(is_ignored=False)
    if missing_only:
        rows = rows.filter(answer__isnull=True)
    return rows.order_by("-count", "pk")
