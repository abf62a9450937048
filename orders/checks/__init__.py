"""The daily checks of orders, a module for each topic."""

from orders.checks import desk, orders
from orders.checks.orders import (
    CONTACTS,
    cases_are_answered,
    contacts_are_erased,
    parcels_unpicked,
    sweep_is_followed,
    trace_stalled,
)

__all__ = [
    "CONTACTS",
    "cases_are_answered",
    "contacts_are_erased",
    "parcels_unpicked",
    "register",
    "sweep_is_followed",
    "trace_stalled",
]


def register() -> None:
    """Register them; called once by the wiring."""
    orders.register()
    desk.register()
