"""Why a cell of a pasted table was not taken, in words."""

from django.utils.translation import gettext as _

from products.importers.pasted import CellError


def error_words(error: CellError) -> str:
    """Say what is wrong with a cell and how it should be."""
    words = {
        "empty": _("没有内容：第一行写表头，下面一行一条"),
        "no_column": _("缺「%(column)s」这一列；现在的表头：%(value)s"),
        "too_many": _("一次最多 5,000 行，这里有 %(value)s 行"),
        "missing": _("「%(column)s」没填"),
        "not_a_code": _("「%(value)s」不是编码"),
        "not_an_amount": _("「%(value)s」不是金额，写成 99.00 这样"),
        "not_positive": _("「%(value)s」：价格要大于 0"),
        "not_a_number": _("「%(value)s」不是整数"),
        "out_of_bounds": _("「%(value)s」超出范围"),
        "not_a_date": _("「%(value)s」不是日期，写成 2026-09-17 这样"),
        "not_known": _("「%(column)s」里没有「%(value)s」这一种"),
        "too_long": _("「%(column)s」太长"),
        "unknown_product": _("没有商品「%(value)s」，写商品ID 或唯一的货号"),
        "unknown_rival": _("没有在盯的对手「%(value)s」，先在对手页加上"),
        "position_beyond": _("名次 %(value)s 超过看过的个数"),
        "future": _("「%(value)s」还没到"),
        "says_nothing": _("价格、月销、活动至少写一样"),
    }
    sentence = words.get(error.reason, error.reason)
    return sentence % {"column": error.column, "value": error.value}
