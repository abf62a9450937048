"""The columns of a cell: what is added up of a day, by every dimension."""

# After date, dim, key and label. All add up over keys of one dimension but the two counts of buyers.
MEASURES = (
    "orders",
    "paid_orders",
    "valid_orders",
    "unpaid_orders",
    "refunded_orders",
    "ordered_buyers",
    "buyers",
    "pieces",
    "kept_pieces",
    "costed_pieces",
    "ordered_fen",
    "gross_fen",
    "refund_fen",
    "postage_fen",
    "costed_fen",
    "cost_fen",
)
BUYER_COUNTS = ("ordered_buyers", "buyers")

# What is summed of rows of orders and of lines under the same names; amounts in CNY.
SUMMED = (
    "pieces",
    "kept_pieces",
    "costed_pieces",
    "ordered",
    "gross",
    "refund",
    "postage",
    "costed",
    "goods_cost",
)
