"""The demo shop's own sums, beside its files, against what arrives through the importers."""

import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from orders.demo import write_export
from shopops.lib.business_time import SHANGHAI

END = datetime(2026, 9, 17, 15, 16, tzinfo=SHANGHAI)
SAMES = (
    "orders",
    "paid_orders",
    "buyers",
    "gross_amount",
    "refund_amount",
    "net_amount",
    "refunded_orders",
    "unpaid_orders",
    "pieces",
)

pytestmark = pytest.mark.django_db(transaction=True)


def answer(*command: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command(*command, "--json", stdout=out)
    document: dict[str, Any] = json.loads(out.getvalue())
    return document


def rows(by: str, basis: str) -> dict[str, dict[str, Any]]:
    found = answer("metrics", f"--by={by}", f"--basis={basis}")["rows"]
    return {str(row["key"]): row for row in found}


def key_of(by: str, key: str) -> str:
    """Give the product's key: hours have two digits, weekdays count from 1."""
    if by == "hour":
        return key.zfill(2)
    return str(int(key) + 1) if by == "weekday" else key


def same(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in SAMES}


@pytest.fixture
def truth(tmp_path: Path, settings: Any) -> dict[str, Any]:
    settings.SHOPOPS_DATA = tmp_path / "data"
    settings.MEDIA_ROOT = tmp_path / "data" / "files"
    folder = tmp_path / "files"
    written = write_export(folder, days=6, orders_per_day=30, seed=7, end=END)
    names = sorted(
        (file.name for file in written.files),
        key=lambda name: "".join(sign for sign in name if sign.isdigit()),
    )
    answer("import_files", *(str(folder / name) for name in names))
    document: dict[str, Any] = written.document
    return document


def test_the_figures_are_those_that_the_shop_was_made_with(truth: dict[str, Any]) -> None:
    (total,) = rows("total", "created").values()
    assert same(total) == same(truth["totals"])

    for basis in ("created", "paid"):
        for by in ("day", "hour", "weekday", "province"):
            expected = {key_of(by, row["key"]): same(row) for row in truth[basis][by]}
            found = {key: same(row) for key, row in rows(by, basis).items()}
            assert found == expected, (basis, by)

    found = rows("sku", "created")
    for row in truth["sku"]:
        one = found[row["key"]]
        assert (one["pieces"], one["gross_amount"], one["refund_amount"]) == (
            row["pieces"],
            row["goods_amount"],
            row["refund_amount"],
        )

    assert answer("rollup", "--verify")["differences"] == 0
