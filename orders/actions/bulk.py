"""One act over many orders: a result for each, one bad order spoils no other."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import OperationalError
from django.utils.translation import gettext as _

from orders.actions.errors import OrderRefusedError, StaleOrderError
from orders.models import Hold, Order

LOCK_NOT_AVAILABLE = "55P03"  # Postgres: lock_timeout ran out


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one order of a bulk act."""

    tid: str
    is_done: bool
    message: str
    is_stale: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """An order as the person saw it when choosing."""

    tid: str
    version: int | None


def for_each(chosen: Iterable[Chosen], act: Callable[[Chosen], object]) -> list[RowResult]:
    """Do an act for each chosen order, each in the act's own transaction, in tid order.

    Refusals become results in words. A lock held too long by a colleague is a refusal too.
    """
    return [_one(row, act) for row in sorted(chosen, key=lambda row: row.tid)]


def _one(row: Chosen, act: Callable[[Chosen], object]) -> RowResult:
    try:
        act(row)
    except StaleOrderError as stale:
        return RowResult(tid=row.tid, is_done=False, message=stale.message, is_stale=True)
    except OrderRefusedError as refusal:
        return RowResult(tid=row.tid, is_done=False, message=refusal.message)
    except Order.DoesNotExist:
        return RowResult(tid=row.tid, is_done=False, message=_("没有这张订单。"))
    except Hold.DoesNotExist:
        return RowResult(tid=row.tid, is_done=False, message=_("这个挂起已经被同事结束了。"))
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != LOCK_NOT_AVAILABLE:
            raise
        return RowResult(tid=row.tid, is_done=False, message=_("同事正在改这张订单，稍后再试。"))
    return RowResult(tid=row.tid, is_done=True, message=_("完成"))
