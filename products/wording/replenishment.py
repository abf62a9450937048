"""Kinds of demand, models and back-tests in words."""

from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

KINDS: dict[str, str | Promise] = {
    "smooth": gettext_lazy("平稳"),
    "erratic": gettext_lazy("天天卖、时多时少"),
    "intermittent": gettext_lazy("隔几天卖一次"),
    "lumpy": gettext_lazy("偶尔卖、时多时少"),
    "none": gettext_lazy("没有卖过"),
}
MODELS: dict[str, str | Promise] = {
    "naive": gettext_lazy("照搬上周"),
    "average": gettext_lazy("近 4 周平均"),
    "weekday": gettext_lazy("同星期平均"),
    "smoothing": gettext_lazy("指数平滑"),
    "seasonal": gettext_lazy("按星期的平滑"),
    "croston": gettext_lazy("间断销量（Croston）"),
    "tsb": gettext_lazy("间断销量（TSB）"),
    "adida": gettext_lazy("合并周期（ADIDA）"),
    "year_ago": gettext_lazy("去年同期"),
    "mean": gettext_lazy("自己的平均"),
}


def kind_words(code: str) -> str:
    """Name a kind of demand."""
    return str(KINDS.get(code, code))


def model_words(code: str) -> str:
    """Name a model."""
    return str(MODELS.get(code, code))


def judgement(better_rate: Decimal | None, *, model: str, is_tested: bool) -> str:
    """Say how the forecast did beside the naive one, over the same weeks."""
    if not is_tested:
        return _("历史太短，没有回测")
    if model == "naive":
        return _("没有比照搬上周更准的，就照搬上周")
    if better_rate is None:
        return _("试的几周里照搬上周没有误差，比不出高低")
    percent = f"{abs(better_rate) * 100:.0f}"
    if better_rate > 0:
        return _("比照搬上周少错 %(n)s%%") % {"n": percent}
    if better_rate == 0:
        return _("和照搬上周一样")
    return _("比照搬上周多错 %(n)s%%，同类商品上它更稳") % {"n": percent}


def bias_words(bias: Decimal | None) -> str:
    """Say to which side the forecast errs."""
    if bias is None:
        return ""
    if abs(bias) < Decimal("0.05"):
        return _("不偏")
    words = _("偏多 %(n)s 件/周") if bias > 0 else _("偏少 %(n)s 件/周")
    return words % {"n": f"{abs(bias):.1f}"}
