"""What the shop offers, for tests: benefits and activities over a span that includes NOON."""

from datetime import timedelta

import factory
from factory.django import DjangoModelFactory

from promotions.choices import ActivityKind, ActivityState, BenefitKind
from promotions.models import Activity, ActivityItem, Benefit, BenefitSku
from tests.factories.orders import NOON


class BenefitFactory(DjangoModelFactory[Benefit]):
    class Meta:
        model = Benefit

    changed_at = NOON
    starts_at = NOON - timedelta(days=1)
    ends_at = NOON + timedelta(days=20)
    is_shop_wide = True
    kind = BenefitKind.ITEM_OFF
    code = factory.Sequence(lambda n: f"B{n:04d}")
    name = "店铺优惠"
    parameters = {"off": "5.00"}


class ActivityFactory(DjangoModelFactory[Activity]):
    class Meta:
        model = Activity

    changed_at = NOON
    starts_at = NOON - timedelta(days=1)
    ends_at = NOON + timedelta(days=3)
    kind = ActivityKind.SHOP
    state = ActivityState.RUNNING
    name = "中秋预热"


class ActivityItemFactory(DjangoModelFactory[ActivityItem]):
    class Meta:
        model = ActivityItem

    activity = factory.SubFactory(ActivityFactory)


class BenefitSkuFactory(DjangoModelFactory[BenefitSku]):
    class Meta:
        model = BenefitSku
