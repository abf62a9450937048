"""Import speed, as ratios to a raw COPY of the same bytes in the same run.

Run: `python -m bench.imports [--lines 1000000] [--base 10000000] [--only first,again,day]` with
DATABASE_URL naming a
throw-away database (its order tables are emptied). Steps, each printed with its ratio:

- raw: COPY of both GBK files as they are into an unlogged table of texts;
- first: parse, clean, stage and merge of both files into empty tables, all indexes and foreign
keys standing after;
- again: the identical files once more;
- day: a file pair of 20,000 lines into a base of `--base` orders, then the same again.

The reading here is that of the framework's child in short (decode, pyarrow CSV, clean, CSV); it
runs in its own process, one after the other as the framework does.
"""

import argparse
import csv
import json
import multiprocessing
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import django

BLOCK = 16 << 20
EXPORTED_AT = datetime(2026, 3, 10, 4, tzinfo=UTC)
_STATUSES = [
    ("交易成功", 88),
    ("卖家已发货，等待买家确认", 5),
    ("买家已付款，等待卖家发货", 2),
    ("交易关闭", 5),
]
_PLACES = ["广东省 广州市 越秀区", "浙江省 杭州市 西湖区", "上海 上海市 浦东新区", "四川省 成都市 "]


def write_files(
    folder: Path, *, lines: int, seed: int, first_tid: int, at: datetime
) -> tuple[Path, Path]:
    """Write an order list (layout of 2022, 71 columns) and its item list (28 columns) in GBK."""
    from bench.layouts import ITEMS_2021, ORDERS_2022

    dice = random.Random(seed)
    paths = folder / f"ExportOrderList{seed}.csv", folder / f"ExportOrderDetailList{seed}.csv"
    statuses, weights = zip(*_STATUSES, strict=True)
    with (
        paths[0].open("w", encoding="gbk", newline="") as order_file,
        paths[1].open("w", encoding="gbk", newline="") as item_file,
    ):
        orders = csv.writer(order_file, quoting=csv.QUOTE_ALL)
        items = csv.writer(item_file, quoting=csv.QUOTE_ALL)
        orders.writerow(ORDERS_2022)
        items.writerow(ITEMS_2021)
        written, tid = 0, first_tid
        while written < lines:
            tid += dice.randrange(1, 9)
            status = dice.choices(statuses, weights)[0]
            count = min(dice.choices([1, 2, 3], [70, 18, 12])[0], lines - written)
            order, rows = _order(dice, tid, status, count, at)
            orders.writerow([order.get(name.strip(), "") for name in ORDERS_2022])
            for row in rows:
                items.writerow([row.get(name, "") for name in ITEMS_2021])
            written += count
    return paths


def _order(
    dice: random.Random, tid: int, status: str, count: int, at: datetime
) -> tuple[dict[str, str], list[dict[str, str]]]:
    created = at - timedelta(seconds=dice.randrange(86400 * 90))
    paid = (
        ""
        if status == "交易关闭" and dice.random() < 0.5
        else f"{created + timedelta(seconds=60):%F %T}"
    )
    sent = (
        f"{created + timedelta(hours=9):%F %T}"
        if status in ("交易成功", "卖家已发货，等待买家确认")
        else ""
    )
    prices = [dice.randrange(500, 30000) for _ in range(count)]
    total = sum(prices)
    waybill = f"YT{dice.randrange(10**12, 10**13)}" if sent else ""
    buyer = f"买家{dice.randrange(max(tid % 997, 1) * 251 + 1)}"
    order = {
        "订单编号": f'="{tid}"',
        "买家会员名": buyer,
        "买家应付货款": _yuan(total),
        "买家应付邮费": "0.00",
        "总金额": _yuan(total),
        "买家实际支付金额": _yuan(total) if paid else "0.00",
        "订单状态": status,
        "收货人姓名": "张**",
        "收货地址": f"{dice.choice(_PLACES)} 龙*街道花**路**号{dice.randrange(99)}栋**(510180)",
        "运送方式": "快递",
        "联系手机": f"'*******{dice.randrange(10000):04d}",
        "订单创建时间": f"{created:%F %T}",
        "订单付款时间": paid,
        "宝贝标题": "秋冬新款加厚保暖连帽卫衣男女同款宽松外套" * 1,
        "宝贝种类": str(count),
        "物流单号": f"No:{waybill}" if waybill else "",
        "物流公司": "圆通速递" if waybill else "",
        "宝贝总数量": str(count),
        "店铺Id": "0",
        "店铺名称": "示例旗舰店",
        "订单关闭原因": "订单未关闭",
        "卖家服务费": "0",
        "买家服务费": "0元",
        "退款金额": _yuan(total) if status == "交易关闭" and paid else "0.00",
        "发货时间": sent,
    }
    rows = [
        {
            "子订单编号": f'="{tid * 10 + n}"',
            "主订单编号": f'="{tid}"',
            "标题": "秋冬新款加厚保暖连帽卫衣男女同款宽松外套",
            "价格": _yuan(price + 1000),
            "购买数量": "1",
            "外部系统编号": f"K{price % 300}",
            "商品属性": "颜色分类：藏青色;尺码：XL（建议120-140斤）",
            "订单状态": status,
            "商家编码": f"K{price % 300}-XL",
            "买家应付货款": _yuan(price),
            "买家实际支付金额": _yuan(price) if paid else "0.00",
            "退款状态": "退款成功" if order["退款金额"] != "0.00" else "没有申请退款",
            "退款金额": _yuan(price) if order["退款金额"] != "0.00" else "无退款申请",
            "订单创建时间": order["订单创建时间"],
            "订单付款时间": paid,
            "商品id": str(600_000_000_000 + price % 300),
            "发货时间": sent,
            "物流单号": order["物流单号"],
            "物流公司": order["物流公司"],
        }
        for n, price in enumerate(prices)
    ]
    return order, rows


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def parse_file(path: Path, kind: str, out: Path) -> dict[str, Any]:
    """Read, clean and write one file as the throw-away child does; give rows, errors and the peak of memory."""  # noqa: E501
    import pyarrow as pa
    import pyarrow.csv as pa_csv

    from orders.importers import item_list, order_list

    importer = {one.KIND: one for one in (order_list, item_list)}[kind]
    with path.open(encoding="gb18030", newline="") as file:
        names = [name.strip() for name in next(csv.reader(file))]
    reader = pa_csv.open_csv(
        path,
        read_options=pa_csv.ReadOptions(
            column_names=names, skip_rows=1, block_size=BLOCK, encoding="gb18030"
        ),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
        ),
    )
    line, errors, rows = 2, 0, 0
    with out.open("wb") as sink:
        for batch in reader:
            table = pa.Table.from_batches([batch])
            numbers = pa.array(range(line, line + len(table)), pa.int32())
            line += len(table)
            cleaned = importer.clean(table.append_column("line_no", numbers), seal=_no_seal)
            errors, rows = errors + len(cleaned.errors), rows + len(cleaned.rows)
            pa_csv.write_csv(cleaned.rows, sink, pa_csv.WriteOptions(include_header=False))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"rows": rows, "errors": errors, "peak_mb": peak}


class _NoSeal:
    def __call__(self, values: list[bytes | None]) -> list[bytes | None]:
        return values

    def blind(self, values: list[str | None]) -> list[bytes | None]:
        return [one.encode() if one else None for one in values]


_no_seal = _NoSeal()


class _Run:
    """A run whose steps are plain transactions."""

    def __init__(self) -> None:
        self.cursor: dict[str, Any] = {}

    @contextmanager
    def step(self, *, cursor: dict[str, Any], **_: object) -> Iterator[None]:
        from django.db import transaction

        with transaction.atomic():
            yield
        self.cursor = dict(cursor)

    def say(self, done: int, total: int, text: str) -> None:
        """Tell nobody."""


def import_file(path: Path, kind: str, folder: Path) -> dict[str, Any]:
    """Bring one file in as the framework does; give seconds of each part and the counts."""
    from django.db import connection

    from orders.actions.importing.kinds import file_kinds
    from orders.importers import item_list, order_list
    from shopops.intake.models import Batch

    importer = {one.KIND: one for one in (order_list, item_list)}[kind]
    file_kind = next(one for one in file_kinds() if one.code == kind)
    out, seconds = folder / "staged.csv", {}
    with multiprocessing.get_context("fork").Pool(1) as pool:
        parsed, seconds["parse"] = _timed(lambda: pool.apply(parse_file, (path, kind, out)))
    batch = Batch.objects.create(
        file_name=path.name, sha256="0", size_bytes=path.stat().st_size, source="command", kind=kind,  # noqa: E501
        exported_at=EXPORTED_AT, created_at=EXPORTED_AT, rejected_count=parsed["errors"],
    )  # fmt: skip
    stage = f"intake_stage_{batch.pk}"
    _, seconds["stage"] = _timed(lambda: _stage(stage, importer.STAGE_COLUMNS, out))
    preview, seconds["preview"] = _timed(lambda: file_kind.preview(batch, stage))
    counts, seconds["merge"] = _timed(lambda: file_kind.merge(batch, stage, _Run(), EXPORTED_AT))
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {stage}")
    total = sum(seconds.values())
    return {
        "kind": kind,
        "seconds": round(total, 2),
        **{name: round(one, 2) for name, one in seconds.items()},
        "created": counts.created, "updated": counts.updated, "unchanged": counts.unchanged,
        "previewed": preview.created, "child_peak_mb": parsed["peak_mb"],
    }  # fmt: skip


def _stage(stage: str, columns: tuple[tuple[str, str], ...], path: Path) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE UNLOGGED TABLE {stage} ({', '.join(f'{n} {t}' for n, t in columns)})"
        )
        with (
            cursor.copy(f"COPY {stage} FROM STDIN (FORMAT csv)") as copy,
            path.open("rb") as source,
        ):
            while chunk := source.read(1 << 20):
                copy.write(chunk)
        cursor.execute(f"ANALYZE {stage}")


def raw_copy(paths: tuple[Path, ...]) -> float:
    """COPY the files as they are into unlogged tables of text; give the seconds."""
    from django.db import connection

    begun = time.perf_counter()
    with connection.cursor() as cursor:
        for path in paths:
            head = next(csv.reader(path.open(encoding="gbk", newline="")))
            columns = ", ".join(f"c{n} text" for n in range(len(head)))
            cursor.execute(f"CREATE UNLOGGED TABLE bench_raw ({columns})")
            options = "FORMAT csv, HEADER, ENCODING 'GB18030'"
            with (
                cursor.copy(f"COPY bench_raw FROM STDIN ({options})") as copy,
                path.open("rb") as file,
            ):
                while chunk := file.read(1 << 20):
                    copy.write(chunk)
            cursor.execute("DROP TABLE bench_raw")
    return time.perf_counter() - begun


def _timed[T](work: Callable[[], T]) -> tuple[T, float]:
    begun = time.perf_counter()
    result = work()
    return result, time.perf_counter() - begun


def empty_tables() -> None:
    """Empty what imports fill."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE orders_order, orders_orderline, orders_buyer, orders_shipment, orders_refund,"
            " orders_ordercontact, orders_dirtyday, intake_batch, intake_rowchange CASCADE"
        )


def main() -> int:
    """Measure and print one JSON line a step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument(
        "--base", type=int, default=0, help="orders in the base of the day file; 0: skip"
    )
    parser.add_argument("--folder", type=Path, default=None)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopops.settings")
    django.setup()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        if options.lines:
            measure_month(folder, options.lines)
        if options.base:
            from bench.base import fill_base

            empty_tables()
            _, seconds = _timed(lambda: fill_base(options.base))
            say("base", orders=options.base, seconds=round(seconds, 1))
            measure_day(folder)
    return 0


def measure_month(folder: Path, lines: int) -> None:
    """Measure the first import into empty tables and the identical one after it."""
    paths = write_files(folder, lines=lines, seed=1, first_tid=10**17, at=datetime(2026, 3, 9))  # noqa: DTZ001
    say("files", bytes=[path.stat().st_size for path in paths])
    empty_tables()
    raw = raw_copy(paths)
    say("raw", seconds=round(raw, 2))
    for name in ("first", "again"):
        measure_pair(name, paths, folder, raw)


def measure_day(folder: Path) -> None:
    """Measure a day's file of 20,000 lines into a big base, and the same again."""
    paths = write_files(folder, lines=20_000, seed=2, first_tid=9 * 10**17, at=datetime(2026, 3, 9))  # noqa: DTZ001
    raw = raw_copy(paths)
    say("raw day", seconds=round(raw, 3))
    for name in ("day", "day again"):
        measure_pair(name, paths, folder, raw)


def measure_pair(name: str, paths: tuple[Path, Path], folder: Path, raw: float) -> None:
    """Import an order list and its item list, and print seconds and the ratio to the raw COPY."""
    parts = [
        import_file(path, kind, folder)
        for path, kind in zip(paths, ("orders.order_list", "orders.item_list"), strict=True)
    ]
    seconds = sum(part["seconds"] for part in parts)
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    say(
        name, seconds=round(seconds, 2), times_raw=round(seconds / raw, 2), peak_mb=own, parts=parts
    )


def say(step: str, **facts: object) -> None:
    """Print one step."""
    sys.stdout.write(json.dumps({"step": step, **facts}, ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
