"""A file with another address stops an order that has passed audit."""

from datetime import timedelta
from typing import cast

import pytest

from orders.actions import address_news
from orders.choices import HoldKind, Stage
from orders.models import Hold, Order
from shopops.staff.models import Operation
from shopops.work.context import RunContext
from tests.orders.importing.harness import NOW, Run, bring, dicts
from tests.orders.importing.test_merging import order

pytestmark = pytest.mark.django_db
OLD = {"收货地址 ": "浙江省 杭州市 西湖区 文三路**号"}
NEW = {"收货地址 ": "浙江省 宁波市 海曙区 中山路**号"}


def look(batch):
    run = Run(now=NOW)
    run.payload = {"batch": batch.pk}
    return address_news.perform_look(cast(RunContext, run))


def told(stage, values):
    """Bring the order in, let it reach a stage, then bring a later file with other values."""
    bring(dicts([order(**OLD)]))
    Order.objects.update(stage=stage)
    batch, *_ = bring(dicts([order(**(OLD | values))]), exported_at=NOW + timedelta(hours=1))
    return batch


@pytest.mark.parametrize("stage", [Stage.APPROVED, Stage.PICKED, Stage.CHECKED])
def test_an_order_that_passed_audit_is_held_when_a_file_tells_another_address(stage):
    batch = told(stage, NEW)

    assert look(batch) == {"held": 1}
    assert look(batch) == {"held": 0}

    hold = Hold.objects.get()
    assert (hold.kind, hold.order.stage) == (HoldKind.ADDRESS_CHANGED, Stage.HELD)
    assert Operation.objects.filter(name="orders.order.held").count() == 1


def test_what_a_person_settled_is_not_held_again_for_the_same_file():
    batch = told(Stage.APPROVED, NEW)
    look(batch)
    Hold.objects.update(closed_at=NOW)
    Order.objects.update(stage=Stage.APPROVED)

    assert look(batch) == {"held": 0}


@pytest.mark.parametrize("stage", [Stage.AWAITING_AUDIT, Stage.HANDED_OVER])
def test_an_order_before_audit_or_on_the_road_is_left_alone(stage):
    assert look(told(stage, NEW)) == {"held": 0}


def test_another_mask_or_another_memo_is_no_other_address():
    batch = told(
        Stage.APPROVED, {"收货地址 ": "浙江省 杭州市 西湖区 文**号", "订单备注": "换了备注"}
    )

    assert look(batch) == {"held": 0}
