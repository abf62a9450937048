"""Addresses and forms of the tests of activity pages."""

from django.urls import reverse

from promotions.models import Activity


def page_of(row: Activity) -> str:
    return reverse("promotions:activity", args=[row.pk])


def sent(**given: object) -> dict[str, object]:
    return {
        "name": "双11 预热", "kind": "platform", "starts_at": "2026-11-01T20:00",
        "ends_at": "2026-11-12T00:00", "uplift": "3", "cost_amount": "0", **given,
    }  # fmt: skip
