"""`manage.py demo_shop`: people, ninety days of files through the importers, and a morning's work."""

import json
import secrets
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandParser
from django.utils import timezone

from orders import goods as settle
from orders import registry
from orders.actions import demo_couriers, demo_warehouse
from orders.actions.counts import refresh_queue_counts
from orders.actions.demo_cases import aftersales, sweeps, write_bill
from orders.actions.demo_day import morning
from orders.actions.demo_goods import (
    BUNDLE,
    best_sellers,
    demo_goods,
    demo_skus,
    goods_files,
    goods_life,
)
from orders.actions.demo_parcels import merges
from orders.demo import write_export
from orders.demo.pairs import write_pairs
from products.actions.replenish import request_replenishment
from products.demo import files as goods_of_files
from products.demo import stock as stock_of_demo
from shopops.checks import demo as checks_of_demo
from shopops.intake.choices import BatchState
from shopops.intake.models import Batch
from shopops.lib.business_time import SHANGHAI, parse_instant
from shopops.lib.commands import JsonCommand, Refused
from shopops.staff.actions import people, setup
from shopops.staff.models import User
from shopops.staff.queries import nobody_yet, shop_platform
from shopops.work.actions import request_run
from shopops.work.engine import perform_inline

# Invented people of the invented shop.
CAST = (
    ("ning", "阿宁", "manager", "店长"),
    ("cen", "小岑", "service_lead", "客服主管"),
    ("he", "小禾", "service", "客服"),
    ("zheng", "老郑", "warehouse_lead", "仓库主管"),
    ("wu", "阿武", "warehouse", "仓库"),
    ("man", "小满", "promotion", "推广"),
)
ADMINISTRATOR = ("admin", "林岚", "administrator", "管理员")


class Command(JsonCommand):
    help = "Fill an empty installation with the demo shop. Does nothing where it is done already."

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=90)
        parser.add_argument("--orders-per-day", type=int, default=130)
        parser.add_argument("--seed", type=int, default=20260917)
        parser.add_argument("--now", metavar="ISO", help="the demo's present; default: the clock")

    def answer(
        self, *, days: int, orders_per_day: int, seed: int, now: str | None, **_options: object
    ) -> dict[str, Any]:
        return self._fill(days, orders_per_day, seed, _instant(now))

    def _fill(self, days: int, orders_per_day: int, seed: int, now: datetime) -> dict[str, Any]:
        folder = Path(settings.SHOPOPS_DATA) / "demo"
        done = folder / "done"
        if done.exists():
            return {"orders_files": 0, "people": len(CAST) + 1, "already": True}
        folder.mkdir(parents=True, exist_ok=True)
        cast = self._people(now)
        files = self._files(folder, days, orders_per_day, seed, now)
        self._import([*files, *write_pairs(folder / "pairs", now=now)])
        self._fill_shelves(folder, orders_per_day, seed, cast, now)
        self.note("activities, prices, gifts …")
        registry.fill_demo(cast, now)
        self._work(folder, seed, cast, now)
        refresh_queue_counts(platform=shop_platform(), now=now)
        self.note("checks and lists …")
        checks_of_demo.fill(by_name=cast, now=now, seed=seed)
        call_command("demo_reports", "--json", now=now.isoformat(), stdout=self.stderr)
        done.write_text(now.isoformat())
        return {"orders_files": len(files), "people": len(cast), "already": False}

    def _fill_shelves(
        self, folder: Path, orders_per_day: int, seed: int, cast: dict[str, User], now: datetime
    ) -> None:
        """Bring the catalogue in by files, then let people do what files cannot."""
        self.note("what the shop sells …")
        self._import(goods_files(folder / "goods", now=now.astimezone(SHANGHAI), seed=seed))
        goods_of_files.tend(by=cast["ning"], now=now, best=best_sellers(), bundle=BUNDLE)
        self.note("the shelf …")
        goods = demo_goods()
        grams = {one.code: one.weight_grams for one in demo_skus()}
        demo_warehouse.stock_shelves(grams, by=cast["zheng"], now=now)
        stock_of_demo.fill_stock(
            goods=goods, pieces_a_day=orders_per_day * 1.6, by_name=cast, now=now
        )

    def _work(self, folder: Path, seed: int, cast: dict[str, User], now: datetime) -> None:
        self.note("a morning's work …")
        morning(by_name=cast, now=now)
        merges(by_name=cast, now=now)
        demo_warehouse.warehouse_day(by_name=cast, now=now)
        demo_couriers.label_some(by_name=cast, now=now)
        traces = demo_couriers.write_traces(folder / "files", now=now)
        if traces is not None:
            self._import([traces])
        self.note("after-sales, the sweep, a bill …")
        aftersales(by_name=cast, now=now)
        sweeps(by_name=cast, now=now)
        bill = write_bill(folder, now=now)
        if bill is not None:
            call_command("import_files", str(bill), source="demo", stdout=self.stderr)
        call_command("rollup", "--json", stdout=self.stderr)
        goods_life(by_name=cast, now=now)
        perform_inline(request_run(kind=settle.KIND, key=settle.KEY, now=now, again=True))
        stock_of_demo.look_at_stock(now=now)
        self.note("activities, partners, tests …")
        call_command("demo_promotions", "--json", now=now.isoformat(), stdout=self.stderr)
        call_command("demo_service", "--json", now=now.isoformat(), stdout=self.stderr)
        self.note("paid traffic …")
        call_command("demo_channels", now=now.isoformat(), seed=seed, stdout=self.stderr)
        self.note("what the account says …")
        call_command("demo_bill", "--json", now=now.isoformat(), stdout=self.stderr)
        self.note("what to order …")
        self.note("activities …")
        call_command("demo_activities", "--now", now.isoformat(), "--json", stdout=self.stderr)
        perform_inline(request_replenishment(now=now))

    def _people(self, now: datetime) -> dict[str, User]:
        sign_ins = Path(settings.SHOPOPS_DATA) / "demo-people.json"
        if nobody_yet():
            self._create_people(sign_ins, now)
        return {person.username: person for person in User.objects.order_by("pk")}

    def _create_people(self, sign_ins: Path, now: datetime) -> None:
        password = f"mianyu-{secrets.token_hex(3)}"
        username, name, _role, _label = ADMINISTRATOR
        rows = [
            {"username": username, "password": password, "role": role, "name": name}
            for username, name, _code, role in (*CAST, ADMINISTRATOR)
        ]
        # Written first: people whose password nobody knows would lock the demo for good.
        sign_ins.write_text(json.dumps(rows, ensure_ascii=False, indent=1))
        sign_ins.chmod(0o600)
        boss = setup.set_up_shop(
            shop_name="棉语家纺",
            platform="tmall",
            username=username,
            name=name,
            password=password,
            now=now,
            is_demo=True,
        )
        for username, name, role, _label in CAST:
            people.add_person(
                username=username, name=name, roles=[role], password=password, by=boss, now=now
            )
        User.objects.update(must_change_password=False)

    def _files(
        self, folder: Path, days: int, orders_per_day: int, seed: int, now: datetime
    ) -> list[Path]:
        made = folder / "files"
        truth = made / "truth.json"
        if not truth.exists():
            self.note(f"{days} days of a believable shop …")
            write_export(
                made,
                days=days,
                orders_per_day=orders_per_day,
                seed=seed,
                end=now.astimezone(SHANGHAI),
            )
        document = json.loads(truth.read_text())
        names = [row["name"] for row in document["files"]]
        end = datetime.fromisoformat(document["end"]).replace(tzinfo=SHANGHAI)
        more = registry.write_exports(made, document, seed=seed, end=end)
        return [made / name for name in [*sorted(names, key=_stamp), *more]]

    def _import(self, files: list[Path]) -> None:
        came = set(Batch.objects.filter(state=BatchState.DONE).values_list("file_name", flat=True))
        missing = [str(path) for path in files if path.name not in came]
        if missing:
            call_command("import_files", *missing, source="demo", stdout=self.stderr)


def _instant(text: str | None) -> datetime:
    if text is None:
        return timezone.now()
    try:
        return parse_instant(text)
    except ValueError as error:
        raise Refused(f"--now is not an ISO date-time: {text}") from error


def _stamp(name: str) -> tuple[str, bool]:
    """Order files by their export time, order lists before the rest of the same minute."""
    digits = "".join(sign for sign in name if sign.isdigit())
    return digits, not name.startswith("ExportOrderList")
