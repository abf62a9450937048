"""The one place where the warehouse asks which carrier takes its parcels."""

from collections.abc import Sequence
from datetime import datetime

from orders.models import Parcel


def choose_carriers(parcels: Sequence[Parcel], *, now: datetime) -> None:
    """Let locked parcels without a carrier get one; without courier rules they go without."""
