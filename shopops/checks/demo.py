"""The demo shop's lists and issues: ten days of ticking and signing, two one-off lists, a morning's findings."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw

from shopops.checks.actions import issues, lists, projects
from shopops.checks.actions.running import run_check
from shopops.checks.models import (
    DailyItem,
    DailyList,
    Issue,
    Project,
    ProjectItem,
    ProjectTemplate,
)
from shopops.checks.queries.lists import may_work
from shopops.checks.registry import checks
from shopops.lib.business_time import at_local, business_date
from shopops.staff.models import User

DAYS = 10
# Who signs the list of a role; designer and editor are done by whom the small shop has.
SIGNERS = {
    "manager": "ning",
    "promotion": "man",
    "service_lead": "cen",
    "service": "he",
    "warehouse": "wu",
}
NOTES = ("今天都看过", "海报换了中秋的", "下午补看", "供应商说明天到", "")


def fill(*, by_name: Mapping[str, User], now: datetime, seed: int = 20260917) -> None:
    """Fill both. Safe to repeat."""
    if DailyList.objects.exists():
        return
    dice, today = Random(seed), business_date(now)  # noqa: S311 - a demo shop
    for back in range(DAYS, -1, -1):
        day = today - timedelta(days=back)
        lists.write_lists(day=day, now=at_local(day, time(0, 5)))
        _work(day, by_name, dice, now=now, is_today=back == 0)
    _open_projects(by_name, now)
    _look(by_name, now)


def _work(
    day: date, by_name: Mapping[str, User], dice: Random, *, now: datetime, is_today: bool
) -> None:
    for daily in DailyList.objects.filter(business_date=day).order_by("pk"):
        person = by_name.get(SIGNERS.get(daily.role, ""))
        if person is None or not may_work(person, daily.role):
            continue
        done = 0.5 if is_today else 0.9
        for item in daily.items.filter(checks=[], needs_picture=False).order_by("position"):
            if dice.random() < done:
                at = now - timedelta(minutes=40) if is_today else at_local(day, time(10, 20))
                lists.tick(item_id=item.pk, note=dice.choice(NOTES), by=person, now=at)
        if is_today:
            continue
        _tick_with_pictures(daily, person, at_local(day, time(10, 40)))
        _settle_computed(daily, dice)
        if dice.random() < 0.88:
            words = "剩下的明天一早做"
            lists.sign(list_id=daily.pk, words=words, by=person, now=at_local(day, time(18, 40)))
            _settle_computed(daily, dice)


def _tick_with_pictures(daily: DailyList, person: User, at: datetime) -> None:
    """Tick what needs a picture, with a page drawn in blocks."""
    for item in daily.items.filter(checks=[], needs_picture=True).order_by("position"):
        lists.tick(item_id=item.pk, note="", picture=_page_picture(), by=person, now=at)


@cache
def _page_picture() -> bytes:
    page = Image.new("RGB", (375, 667), "white")
    pen, out = ImageDraw.Draw(page), BytesIO()
    for box, colour in (
        ((0, 0, 375, 56), "#8a5a3c"),
        ((12, 68, 363, 236), "#d9c3ae"),
        *(((12 + 118 * n, 250, 120 + 118 * n, 380), "#efe6dc") for n in range(3)),
        *(((12 + 178 * n, 396, 182 + 178 * n, 640), "#e3d5c6") for n in range(2)),
    ):
        pen.rectangle(box, fill=colour)
    page.save(out, "PNG")
    return out.getvalue()


def _settle_computed(daily: DailyList, dice: Random) -> None:
    """Give computed lines of a day before the shop had checks an outcome."""
    rows = list(daily.items.exclude(checks=[]).order_by("pk"))
    for row in rows:
        row.state = DailyItem.State.FAILED if dice.random() < 0.12 else DailyItem.State.PASSED
    DailyItem.objects.bulk_update(rows, ["state"])


def _open_projects(by_name: Mapping[str, User], now: datetime) -> None:
    if Project.objects.exists():
        return
    today = business_date(now)
    manager = by_name["ning"]
    for code, name, starts_on, share in (
        ("promotion", "国庆大促", today + timedelta(days=9), 0.55),
        ("colleague", "新客服小林入职", today - timedelta(days=4), 0.5),
    ):
        template = ProjectTemplate.objects.get(code=code)
        row = projects.open_project(
            template_id=template.pk,
            name=name,
            starts_on=starts_on,
            owner=manager,
            by=manager,
            now=now - timedelta(days=6),
        )
        lines = list(row.items.filter(needs_proof=False).order_by("position"))
        for line in lines[: int(len(lines) * share)]:
            projects.finish_line(
                item_id=line.pk, note="", by=manager, now=now - timedelta(days=2, hours=3)
            )
        for line in row.items.filter(state=ProjectItem.State.OPEN).order_by("position")[:2]:
            change = projects.LineChange(by_name["man"], line.due_on, line.text, line.needs_proof)
            projects.change_line(item_id=line.pk, change=change, by=manager, now=now)


def _look(by_name: Mapping[str, User], now: datetime) -> None:
    """Let the checks speak of yesterday and today; people see to some of what they found."""
    today = business_date(now)
    yesterday = today - timedelta(days=1)
    for day, at in ((yesterday, at_local(yesterday, time(7, 30))), (today, now)):
        for check in checks():
            # What the demo just asked for waits for its worker: no finding.
            if check.code != "work.runs_are_performed":
                run_check(check, day=day, now=at)
    manager, promoter = by_name["ning"], by_name["man"]
    found = list(Issue.objects.filter(closed_at__isnull=True).order_by("rank", "pk")[:6])
    issues.acknowledge(ids=[one.pk for one in found[:3]], by=manager, now=now)
    of_promotion = [one.pk for one in found if one.owner_role == "promotion"]
    issues.assign(ids=of_promotion, to=promoter, by=manager, now=now, reason="今天处理掉")
    if found:
        issues.note(issue_id=found[0].pk, text="问过了，下午给答复", by=manager, now=now)
    for one, later in zip(found[1:3], (0, 1), strict=False):
        issues.look_again(issue_id=one.pk, on=today + timedelta(days=later), by=manager, now=now)
