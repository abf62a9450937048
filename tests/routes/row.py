"""The shape of a row, and the ids that addresses need."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.factories.staff import PersonFactory, RoleFactory

PUBLIC = "anybody"
SIGNED_IN = "any person"
NOT_OFFERED = 405

type Status = int | set[int]


@dataclass(frozen=True, slots=True)
class Route:
    """One row. `get` and `post`: what those get who may; `anonymous`: what others get if PUBLIC."""

    right: str
    get: Status = NOT_OFFERED
    post: Status = NOT_OFFERED
    kwargs: Callable[[], dict[str, Any]] = dict
    anonymous: tuple[Status, Status] | None = None


def person_key() -> dict[str, Any]:
    return {"person_id": PersonFactory(role_codes=["service"]).pk}


def own_role_key() -> dict[str, Any]:
    return {"role_id": RoleFactory().pk}


def run_key() -> dict[str, Any]:
    return {"run_id": 0}


def batch_key() -> dict[str, Any]:
    return {"batch_id": 0}


def order_key() -> dict[str, Any]:
    return {"tid": "4827339102651184273"}


def order_key_key() -> dict[str, Any]:
    return {"key": "4827339102651184273"}


def wave_key() -> dict[str, Any]:
    return {"wave_id": 0}


def case_key() -> dict[str, Any]:
    return {"case_id": 0}


def product_key() -> dict[str, Any]:
    return {"product_id": 0}


def sku_key() -> dict[str, Any]:
    return {"sku_id": 0}


def queue_key() -> dict[str, Any]:
    return {"code": "past_due"}


def purchase_key() -> dict[str, Any]:
    return {"number": "PO000000-00"}


def activity_key() -> dict[str, Any]:
    return {"activity_id": 0}
