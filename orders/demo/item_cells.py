"""The cells of item lists and refund lists, by header name without its blanks."""

import numpy as np

from orders.demo import aftersales, messages, shipping, state
from orders.demo.catalog import load_skus
from orders.demo.cells import (
    _MEMO_FLAG, Markers, _payment_numbers, memo_texts, numbers, status_texts, yuan,
)  # fmt: skip
from orders.demo.curve import DAY
from orders.demo.dice import Ints, Texts, below, texts, unit
from orders.demo.sinks import Cells
from orders.demo.state import View
from orders.demo.times import NEVER, show
