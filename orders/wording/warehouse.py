"""Words about faults in what the warehouse sends in."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.importers.sku_bins import MOST_ROWS, BinFault

_WORDS: dict[str, str | Promise] = {
    "no_code": gettext_lazy("没有商家编码，不知道是哪一款"),
    "too_long": gettext_lazy("商家编码最多 80 个字"),
    "bad_bin": gettext_lazy("货位只用字母、数字、中文和 - . _，最多 20 个字，如 A-01-2"),
    "exponent": gettext_lazy("表格把条码变成了科学计数，位数丢了：把那一列设成文本再复制"),
    "bad_barcode": gettext_lazy("条码只用字母和数字，4 到 40 位"),
    "bad_weight": gettext_lazy("克重写整数，1 到 200,000，如 900"),
    "twice": gettext_lazy("这个值前面已经有一行，不知道按哪一行"),
}


def bin_fault_words(fault: BinFault) -> str:
    """Say what is wrong with a cell, and what to write instead."""
    words = _WORDS.get(fault.reason)
    return str(words) if words else _("最多 %(n)s 行，分几次来") % {"n": MOST_ROWS}
