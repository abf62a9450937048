"""Real files of goods come in. Needs `SHOPOPS_SAMPLES`."""

import json
import os
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.models import Sum

from products.models import CatalogueConflict, Product, ProductDay, Sku
from tests.products.harness import bring_file

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not os.environ.get("SHOPOPS_SAMPLES"), reason="SHOPOPS_SAMPLES is not set"),
]
SAMPLES = Path(os.environ.get("SHOPOPS_SAMPLES", ""))
TEMPLATE = SAMPLES / "items/sku_upload_template_50017782.xls"
COSTS = SAMPLES / "items/shop_cost_sku_lennea.xlsx"
DAYS = SAMPLES / "sycm/sycm_item_daily_lennea_2026-01.xlsx"


def test_the_template_of_2025_gives_twelve_skus_whose_code_is_text():
    batch = bring_file(TEMPLATE)

    assert (batch.state, batch.created_count, batch.rejected_count) == ("done", 12, 0)
    assert set(Sku.objects.values_list("merchant_code", flat=True)) == {"4214"}
    assert Sku.objects.filter(product__item_code="4214", list_amount=970).count() == 12
    assert Sku.objects.get(spec="卡其色;XL").code == "4214#卡其色;XL"
    again = bring_file(TEMPLATE)
    assert (again.created_count, again.updated_count) == (0, 0)


def imported(capsys, *paths):
    call_command("import_files", *map(str, paths), "--json")
    return json.loads(capsys.readouterr().out)["files"]


def test_the_command_brings_the_three_files_and_joins_styles_to_costs_by_their_number(capsys):
    template, costs, days = imported(capsys, TEMPLATE, COSTS, DAYS)

    assert [one["kind"] for one in (template, costs, days)] == [
        "products.sku_template",
        "products.cost_table",
        "products.product_days",
    ]
    assert [(one["created"], one["rejected"]) for one in (template, costs, days)] == [
        (12, 0),
        (12, 0),
        (139, 0),
    ]
    specs = Sku.objects.filter(merchant_code="4214")
    assert specs.count() == 12
    assert all(sku.code.startswith("4214#") for sku in specs)
    assert ProductDay.objects.values("product").distinct().count() == 139
    joined = Product.objects.exclude(item_no="").filter(skus__cost_amount__isnull=False).distinct()
    assert "2025945" in joined.values_list("item_code", flat=True)
    for product in joined:
        assert ProductDay.objects.filter(product=product).exists()
    again = imported(capsys, TEMPLATE, COSTS, DAYS)
    assert [(one["created"], one["updated"]) for one in again] == [(0, 0)] * 3


@pytest.mark.parametrize("turned", [False, True])
def test_styles_of_the_day_report_meet_the_costs_by_their_number(turned):
    first, second = (COSTS, DAYS) if turned else (DAYS, COSTS)

    batches = [bring_file(first), bring_file(second)]

    assert [batch.rejected_count for batch in batches] == [0, 0]
    assert sorted(batch.created_count for batch in batches) == [12, 139]
    sums = ProductDay.objects.aggregate(Sum("paid_amount"), Sum("visitors"), Sum("refunded_amount"))
    assert sums == {
        "paid_amount__sum": Decimal("72341.00"),
        "visitors__sum": 34508,
        "refunded_amount__sum": Decimal("53424.10"),
    }
    assert Product.objects.exclude(item_no="").count() == 139
    dress = Product.objects.get(item_code="2025945")
    assert dress.item_no != ""
    assert sorted(dress.skus.values_list("code", flat=True))[0] == "2025945-H-L"
    assert {sku.cost_amount for sku in dress.skus.all()} == {Decimal("60.00")}
    assert not CatalogueConflict.objects.exclude(field="brand").exists()
