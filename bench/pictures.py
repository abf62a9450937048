"""Pictures of the main pages at 1440 and 390 px: `make pictures`.

A demo shop of its own (`var/pictures`, made once) on the Thursday afternoon at which the mock-ups
were drawn. All pictures land in `bench/out/pictures` for looking; the few that the documents show
are also written to `docs/pictures`.
"""

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIServer

from bootstrap import find_chromium
from shopops import embedded
from shopops.embedded.layout import PROJECT

SHOWN = PROJECT / "docs" / "pictures"
OUT = PROJECT / "bench" / "out" / "pictures"
WIDTHS = {1440: 900, 390: 844}
LARGEST_BYTES = 250_000
CHROMIUM_SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
)


_BASKET = "basket=MY-ZT60-BL%202%0AMY-SJ4015-SD%201&region=%E6%96%B0%E7%96%86"


@dataclass(frozen=True, slots=True)
class Shot:
    """One page. `step`: what is done on it before the picture; `widths`: those the docs show."""

    name: str
    path: str
    who: str = "ning"
    step: Callable[[Any], None] | None = None
    shown: tuple[int, ...] = ()


def _open_first(page: Any) -> None:  # noqa: ANN401
    page.locator(".so-q tbody tr[data-tid] .so-tid").nth(2).click()
    page.locator("#drawer-body .so-drawer__b").wait_for()
    page.locator("#drawer-body .so-skel").wait_for(state="detached")


def _move_cutoff(page: Any) -> None:  # noqa: ANN401
    slider = page.locator("[data-what-if]")
    if slider.count():
        with page.expect_response("**/what-if/"):
            slider.focus()
            page.keyboard.press("ArrowRight")
            page.keyboard.press("ArrowRight")


def _scan_a_parcel(page: Any) -> None:  # noqa: ANN401
    """Put the next parcel onto the table, scan a right piece and one that does not belong in."""
    label = page.locator(".so-next li:not(.is-skip) .so-tid").first
    tid = (label.get_attribute("href") or "").rstrip("/").rpartition("/")[2]
    for code in (tid, "", "6923410020417"):
        text = code or _first_barcode(page)
        with page.expect_response("**/check/scan/"):
            page.fill("#scan", text)
            page.press("#scan", "Enter")
        page.locator("[data-band]").wait_for()


def _first_barcode(page: Any) -> str:  # noqa: ANN401
    row = page.locator(".so-pk__l").first
    row.wait_for()
    return str(row.locator(".mono").nth(1).inner_text())


def _promotions(*, activity: int, sku: int) -> list[Shot]:
    """Give the pages of activities, final prices, gifts and paid traffic."""
    return [
        Shot("calendar", "/promotions/", shown=(1440,)),
        Shot("board", "/promotions/board/"),
        Shot("activity", f"/promotions/a/{activity}/", shown=(1440,)),
        Shot("benefits", "/promotions/benefits/"),
        Shot("prices", "/promotions/prices/", shown=(1440,)),
        Shot("price", f"/promotions/prices/{sku}/", shown=(1440, 390)),
        Shot("basket", f"/promotions/prices/basket/?{_BASKET}"),
        Shot("freight", "/promotions/freight/"),
        Shot("protection", "/promotions/protection/"),
        Shot("price-rules", "/promotions/rules/"),
        Shot("gifts", "/promotions/gifts/"),
        Shot("tests", "/promotions/tests/"),
        Shot("material", "/promotions/material/"),
        Shot("channels", "/channels/", shown=(1440, 390)),
        Shot("plans", "/channels/plans/"),
        Shot("ad-items", "/channels/items/", shown=(1440,)),
        Shot("affiliates", "/channels/affiliates/"),
        Shot("distributors", "/channels/distributors/"),
        Shot("partners", "/channels/partners/"),
        Shot("subscriptions", "/channels/subscriptions/"),
    ]


def shots(  # noqa: PLR0913
    *,
    tid: str,
    batch: int,
    run: int,
    activity: int,
    sku: int,
    desk: dict[str, int],
    figures: dict[str, Any],
    campaign: int,
) -> list[Shot]:
    """Give the pages to be taken."""
    return [
        *_desk_shots(desk),
        Shot("morning", "/morning/", shown=(1440, 390)),
        Shot("queue", "/orders/due_today/", shown=(1440, 390)),
        Shot("queue-drawer", "/orders/due_today/", step=_open_first, shown=(1440,)),
        Shot("held", "/orders/held/"),
        Shot("order", f"/orders/o/{tid}/", shown=(390,)),
        Shot("imports", "/imports/", shown=(1440,)),
        Shot("batch", f"/imports/{batch}/"),
        Shot("audit", "/settings/audit/", shown=(1440,)),
        Shot("merge", "/orders/merge/", shown=(1440,)),
        Shot("waves", "/warehouse/waves/", who="zheng"),
        Shot("pack", "/warehouse/check/", who="wu", step=_scan_a_parcel, shown=(1440, 390)),
        Shot("hand-over", "/warehouse/hand-over/", who="wu"),
        Shot("cases", "/cases/", shown=(1440,)),
        Shot("sweep", "/sweep/"),
        Shot("bill", "/bill/"),
        Shot("couriers", "/settings/couriers/"),
        Shot("courier-score", "/warehouse/couriers/"),
        Shot("packing", "/settings/packing/", who="zheng"),
        Shot("cutoff", "/settings/cutoff/", step=_move_cutoff, shown=(1440,)),
        *_promotions(activity=activity, sku=sku),
        *_figure_shots(figures),
        *_customer_shots(campaign),
        Shot("work", "/work/", who="admin"),
        Shot("run", f"/work/{run}/", who="admin"),
        Shot("people", "/people/", who="admin"),
        Shot("roles", "/roles/", who="admin"),
        Shot("log", "/log/", who="admin"),
        Shot("shop", "/shop/", who="admin"),
        Shot("me", "/me/"),
        Shot("search", "/search/?q=棉"),
        Shot("warehouse", "/orders/approved/", who="wu"),
        Shot("forbidden", "/people/", who="wu"),
    ]


def _figure_shots(figures: dict[str, Any]) -> list[Shot]:
    """Give the pages of figures, findings and lists."""
    boards = ("products", "regions", "hours", "customers", "cohorts", "turnover", "returns")
    return [
        Shot("trend", "/analytics/trend/", shown=(1440,)),
        *(Shot(f"board-{code}", f"/analytics/{code}/") for code in boards),
        Shot("funnel", "/analytics/funnel/"),
        Shot("traffic", "/analytics/traffic/"),
        Shot("targets", "/analytics/targets/"),
        Shot("breaks", "/analytics/breaks/"),
        Shot("diagnosis", f"/analytics/breaks/{figures['day']}/paid_amount/", shown=(1440,)),
        Shot("dsr", "/analytics/dsr/", shown=(1440,)),
        Shot("experience", "/analytics/experience/"),
        Shot("profit", "/analytics/profit/", shown=(1440,)),
        Shot("statement", "/analytics/statement/", shown=(1440,)),
        Shot("reports", "/analytics/reports/"),
        Shot("report", f"/analytics/reports/{figures['report']}/", shown=(390,)),
        Shot("findings", "/findings/", shown=(1440,)),
        Shot("lists", "/lists/", shown=(390,)),
        Shot("overview", "/lists/overview/"),
        Shot("projects", "/lists/projects/"),
    ]


def _customer_shots(campaign: int) -> list[Shot]:
    """Give the pages of customers, membership and campaigns."""
    return [
        Shot("customers", "/customers/"),
        Shot("value", "/customers/value/"),
        Shot("segments", "/crm/segments/"),
        Shot("campaigns", "/crm/campaigns/"),
        Shot("campaign", f"/crm/campaigns/{campaign}/", shown=(1440,)),
        Shot("tiers", "/crm/tiers/"),
        Shot("points", "/crm/points/"),
    ]


def _desk_shots(desk: dict[str, int]) -> list[Shot]:
    """Give the pages of reviews, follow-ups, answers and the service desk."""
    return [
        Shot("tasks", "/service/tasks/", who="he", shown=(390,)),
        Shot("task", f"/service/tasks/{desk['task']}/", who="he"),
        Shot("reviews", "/service/reviews/", who="cen", shown=(1440,)),
        Shot("review", f"/service/reviews/{desk['review']}/", who="he", shown=(1440,)),
        Shot("topics", "/service/reviews/topics/", who="cen"),
        Shot("malice-files", "/service/reviews/malicious/", who="cen"),
        Shot("malice", f"/service/reviews/malicious/{desk['malice']}/", who="cen", shown=(1440,)),
        Shot("answers", "/service/answers/", who="cen"),
        Shot("questions", "/service/answers/questions/", who="cen"),
        Shot("agents", "/service/agents/", who="cen", shown=(1440,)),
        Shot("agent", f"/service/agents/{desk['agent']}/", who="he"),
        Shot("service-settings", "/service/settings/", who="cen"),
        Shot("bonus", "/service/bonus/", who="cen"),
        Shot("bonus-sheet", f"/service/bonus/{desk['sheet']}/", who="cen", shown=(1440,)),
        Shot("bonus-rule", "/service/bonus/rule/", who="cen"),
        Shot("training", "/service/training/", who="cen"),
        Shot("exam", f"/service/training/{desk['exam']}/", who="he"),
        Shot("agent-customers", f"/service/customers/?of={desk['agent']}", who="cen"),
    ]


def main() -> int:
    """Make the shop, serve it, take the pictures."""
    os.environ.setdefault("SHOPOPS_DATA", "var/pictures")
    os.environ["DJANGO_SETTINGS_MODULE"] = "shopops.settings"
    # Playwright's synchronous API keeps an event loop in the thread that also asks the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    only = set(sys.argv[1:])
    try:
        with embedded.ensure():
            _make_shop()
            with _server() as address:
                _take(address, only)
    except embedded.EmbeddedError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _make_shop() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from bench import clock
    from orders.actions.counts import refresh_queue_counts
    from shopops.staff.queries import shop_platform

    # The files came twenty minutes ago; then it is that afternoon, and stays so.
    came = clock.AFTERNOON - timedelta(minutes=20)
    clock.run_from(came)
    call_command("migrate", verbosity=0, interactive=False)
    call_command("demo_shop", now=came.isoformat(), stdout=sys.stderr)
    clock.stand_at(clock.AFTERNOON)
    refresh_queue_counts(platform=shop_platform(), now=clock.AFTERNOON)


@contextmanager
def _server() -> Iterator[str]:
    from django.core.servers.basehttp import (
        ThreadedWSGIServer,
        WSGIRequestHandler,
    )

    from shopops.wsgi import application

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:  # noqa: ANN401
            pass

    server: WSGIServer = ThreadedWSGIServer(("127.0.0.1", 0), Quiet, allow_reuse_address=False)
    server.set_app(application)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _objects() -> dict[str, Any]:
    """Name the objects whose pages are shown."""
    from analytics.models import Report
    from bench.clock import AFTERNOON
    from crm.models import Campaign
    from orders.models import Hold
    from promotions.models import ActivityCheck, SkuLowest
    from shopops.intake.models import Batch
    from shopops.work.models import Run

    told = Hold.objects.filter(told_at__isnull=False).select_related("order").first()
    batch = Batch.objects.filter(kind="orders.order_list").order_by("-pk").first()
    run = Run.objects.filter(kind="intake.merge").order_by("-pk").first()
    # The activity that is refused for most reasons has most to show.
    check = ActivityCheck.objects.order_by("-failed_count", "-pk").first()
    price = SkuLowest.objects.order_by("sku_id", "date").first()
    report = Report.objects.order_by("-pk").first()
    campaign = Campaign.objects.order_by("pk").first()
    missing = None in (told, batch, check, price, report, campaign)
    if missing or told is None or batch is None or check is None or price is None:
        raise SystemExit("the demo shop is not complete; remove its folder and try again")
    return {
        "tid": told.order.tid,
        "batch": batch.pk,
        "run": run.pk if run else 1,
        "activity": check.activity_id,
        "sku": price.sku_id,
        "desk": _desk_objects(),
        "figures": {
            "day": (AFTERNOON - timedelta(days=1)).date(),
            "report": report.pk if report else 0,
        },
        "campaign": campaign.pk if campaign else 0,
    }


def _desk_objects() -> dict[str, int]:
    """Name one of each that the service desk works on."""
    from crm.models import BonusLine, Exam, FollowTask, MaliceFile, ReviewCase
    from shopops.staff.models import User

    agent = User.objects.get(username="he")
    cases = ReviewCase.objects.filter(state="open").order_by("due_at", "pk")
    found = {
        "task": FollowTask.objects.filter(owner=agent, state="open").order_by("pk").first(),
        "review": cases.first(),
        "malice": MaliceFile.objects.order_by("pk").first(),
        "sheet": BonusLine.objects.filter(appeal_state="open").order_by("pk").first(),
        "exam": Exam.objects.order_by("pk").first(),
    }
    if any(one is None for one in found.values()):
        raise SystemExit("the demo shop is not complete; remove its folder and try again")
    keys = {"review": "review_id", "sheet": "sheet_id"}
    return {"agent": agent.pk} | {
        name: getattr(one, keys.get(name, "pk")) for name, one in found.items()
    }


def _take(address: str, only: set[str]) -> None:
    from playwright.sync_api import sync_playwright

    OUT.mkdir(parents=True, exist_ok=True)
    SHOWN.mkdir(parents=True, exist_ok=True)
    wanted = [one for one in shots(**_objects()) if not only or one.name in only]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(),
            args=list(CHROMIUM_SWITCHES),
            env={**os.environ, "LANGUAGE": "zh_CN", "LANG": "zh_CN.UTF-8"},  # 24 hours in fields
        )
        for width, height in WIDTHS.items():
            states: dict[str, Any] = {}
            for shot in wanted:
                if shot.who not in states:
                    states[shot.who] = _sign_in(browser, address, shot.who, (width, height))
                _picture(states[shot.who], address, shot, width)
        browser.close()


def _sign_in(browser: Any, address: str, username: str, size: tuple[int, int]) -> Any:  # noqa: ANN401
    people = json.loads((Path(os.environ["SHOPOPS_DATA"]) / "demo-people.json").read_text())
    password = next(person["password"] for person in people if person["username"] == username)
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    page = context.new_page()
    page.goto(address + "/accounts/login/")
    page.fill("input[name=login]", username)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/accounts/login" not in url)
    return page


def _picture(page: Any, address: str, shot: Shot, width: int) -> None:  # noqa: ANN401
    page.goto(address + shot.path)
    page.wait_for_load_state("networkidle")
    if shot.step:
        shot.step(page)
    page.wait_for_timeout(900)  # charts and the drawer come to rest
    name = f"{shot.name}-{width}.png"
    page.screenshot(path=OUT / name)
    page.screenshot(path=OUT / f"{shot.name}-{width}-full.png", full_page=True)
    if width in shot.shown:
        _keep(page, OUT / name, SHOWN / name)


def _keep(page: Any, picture: Path, place: Path) -> None:  # noqa: ANN401
    """Write a picture for the documents, in 256 colours.

    :raises SystemExit: if it is too large to be kept in a repository
    """
    from bench.palette import with_palette

    small = with_palette(page, picture.read_bytes())
    if len(small) > LARGEST_BYTES:
        raise SystemExit(f"{picture.name} has {len(small)} bytes, too many to keep")
    place.write_bytes(small)
    sys.stderr.write(f"{place.relative_to(PROJECT)}  {len(small) // 1000} KB\n")


if __name__ == "__main__":
    sys.exit(main())
