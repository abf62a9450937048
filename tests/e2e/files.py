"""Small files of an invented shop for one story each."""

import csv
from datetime import datetime
from pathlib import Path

from bench.clock import AFTERNOON
from orders.demo import write_export


def order_file(folder: Path, *, seed: int, layout: str = "2022", end: datetime = AFTERNOON) -> Path:
    """Write the newest order list of a shop of three days."""
    truth = write_export(folder, days=3, orders_per_day=12, seed=seed, end=end, layouts=(layout,))
    names = [file.name for file in truth.files if file.name.startswith("ExportOrderList")]
    return folder / sorted(names)[-1]


def waiting_tids(path: Path) -> list[str]:
    """Give the orders of a file that wait to be shipped."""
    with path.open(encoding="gb18030", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        row["订单编号"].strip('="\t ')
        for row in rows
        if "等待卖家发货" in (row["订单状态"] or "") and row["订单编号"]
    ]


def break_row(path: Path, *, column: str, value: str) -> None:
    """Put something impossible into one cell of the second row."""
    with path.open(encoding="gb18030", newline="") as file:
        header, *rows = list(csv.reader(file))
    place = [name.strip() for name in header].index(column)
    rows[1][place] = value
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([header, *rows])
