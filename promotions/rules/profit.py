"""What is left of a price: the lines between what the buyer pays and what the shop keeps."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

FEN = Decimal("0.01")

# Start values, to be replaced by the shop's own contract and bill: "check before relying on it".
START: Mapping[str, Decimal] = {
    "commission_rate": Decimal("0.05"),
    "points_rate": Decimal("0.005"),
    "service_rate": Decimal("0.006"),
    "postage_amount": Decimal("4.20"),
    "packing_amount": Decimal("1.10"),
    "return_rate": Decimal("0.06"),
    "return_amount": Decimal("9.00"),
    "least_margin_rate": Decimal("0.10"),
    # Below so many pieces sold a SKU's own return rate says nothing.
    "return_pieces": Decimal(30),
}


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates in force on a day; amounts are a piece."""

    commission_rate: Decimal
    points_rate: Decimal
    service_rate: Decimal
    postage_amount: Decimal
    packing_amount: Decimal
    return_rate: Decimal
    return_amount: Decimal
    least_margin_rate: Decimal
    return_pieces: Decimal


def rates_of(parameters: Mapping[str, object]) -> Rates:
    """Read a row's parameters; what it leaves out has its start value."""
    return Rates(
        **{name: Decimal(str(parameters.get(name, start))) for name, start in START.items()}
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """A price taken apart, in CNY a piece; `margin` may be negative."""

    price: Decimal
    goods: Decimal
    gift: Decimal
    postage: Decimal
    packing: Decimal
    fees: Decimal
    returns: Decimal
    insurance: Decimal
    # What the platform adds to the price: its part of the discount.
    borne: Decimal = Decimal(0)

    @property
    def cost(self) -> Decimal:
        """All that it costs."""
        return (
            self.goods
            + self.gift
            + self.postage
            + self.packing
            + self.fees
            + self.returns
            + self.insurance
        )

    @property
    def margin(self) -> Decimal:
        """What is left."""
        return self.price + self.borne - self.cost

    @property
    def margin_rate(self) -> Decimal:
        """What is left of the price; zero price leaves nothing to divide."""
        return self.margin / self.price if self.price else Decimal(-1)


def kept_of(  # noqa: PLR0913
    price: Decimal,
    *,
    goods: Decimal,
    rates: Rates,
    gift: Decimal = Decimal(0),
    insurance: Decimal = Decimal(0),
    borne: Decimal = Decimal(0),
    return_rate: Decimal | None = None,
    quantity: int = 1,
) -> Kept:
    """Take a price a piece apart.

    :param goods: cost of the goods a piece
    :param gift: cost of what comes with a piece
    :param borne: what the platform gives back of the discount a piece
    :param return_rate: the SKU's own, None: the shop's
    :param quantity: pieces in the parcel in which this price is reached: they share postage and packing
    """
    share = Decimal(max(quantity, 1))
    fee_rate = rates.commission_rate + rates.points_rate + rates.service_rate
    returned = rates.return_rate if return_rate is None else return_rate
    return Kept(
        price=price,
        goods=goods,
        gift=gift,
        postage=_fen(rates.postage_amount / share),
        packing=_fen(rates.packing_amount / share),
        fees=_fen(price * fee_rate),
        returns=_fen(returned * rates.return_amount),
        insurance=_fen(insurance / share),
        borne=borne,
    )


def _fen(amount: Decimal) -> Decimal:
    return amount.quantize(FEN, ROUND_HALF_UP)
