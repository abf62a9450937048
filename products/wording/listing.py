"""The points of a listing check in words: names, and evidence with its figures and places."""

from collections.abc import Callable

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shopops.lib.templatetags.shop import money, rate
from shopops.lib.words import clauses, listed, phrases

POINTS: dict[str, str | Promise] = {
    "title_length": gettext_lazy("标题长度"),
    "title_blanks": gettext_lazy("标题空格与符号"),
    "title_repeats": gettext_lazy("标题重复词"),
    "title_words": gettext_lazy("标题关键词"),
    "absolute_words": gettext_lazy("绝对化用语"),
    "image_size": gettext_lazy("主图尺寸"),
    "image_format": gettext_lazy("主图格式与比例"),
    "image_ground": gettext_lazy("主图白底"),
    "image_edges": gettext_lazy("主图四边"),
    "image_logo": gettext_lazy("主图水印与 logo"),
    "detail_table": gettext_lazy("详情：参数表"),
    "detail_photos": gettext_lazy("详情：实拍"),
    "detail_after_sales": gettext_lazy("详情：售后政策"),
    "category": gettext_lazy("类目"),
    "attributes": gettext_lazy("属性"),
    "size_data": gettext_lazy("尺寸数据"),
    "price_floor": gettext_lazy("价格与底价"),
    "promise": gettext_lazy("发货承诺"),
    "forbidden": gettext_lazy("禁止上架"),
}
_PLACES = {
    "title": gettext_lazy("标题"),
    "detail": gettext_lazy("详情"),
    "attributes": gettext_lazy("属性"),
}
_SIDES = {
    "top": gettext_lazy("上边"),
    "right": gettext_lazy("右边"),
    "bottom": gettext_lazy("下边"),
    "left": gettext_lazy("左边"),
}
_BLANKS = {
    "start": gettext_lazy("开头有空格"),
    "end": gettext_lazy("末尾有空格"),
    "double": gettext_lazy("连着两个空格"),
    "strange": gettext_lazy("全角空格或装饰符号"),
}
_NOT_PICTURES = {
    "empty": gettext_lazy("主图文件是空的"),
    "broken": gettext_lazy("主图文件不是图片，或者坏了，打不开"),
    "huge": gettext_lazy("主图像素太多，没有打开"),
    "gone": gettext_lazy("主图文件找不到了，重新上传"),
}


def point_name(code: str) -> str:
    """Name a point."""
    return str(POINTS.get(code, code))


def evidence_words(evidence: str) -> str:
    """Write the evidence of a point, `code|value|…`, as a sentence with its figures."""
    code, *values = evidence.split("|")
    writer = _WRITERS.get(code)
    if writer is not None:
        return writer(values)
    plain = _PLAIN.get(code)
    return str(plain) if plain else evidence


_PLAIN: dict[str, str | Promise] = {
    "no_title": gettext_lazy("没有标题"),
    "no_picture": gettext_lazy("没有主图文件，没法量"),
    "logo": gettext_lazy("程序看不出水印和 logo，要人看一眼"),
    "edges_unclear": gettext_lazy("底不够白，量不出商品碰没碰边"),
    "no_detail": gettext_lazy("没有详情页内容，没法看"),
    "no_attributes": gettext_lazy("没有属性资料，没法看"),
    "no_sizes_in_specs": gettext_lazy("规格里没有写尺寸，没法核对"),
}


def _parts(text: str) -> list[str]:
    return [part for part in text.split(",") if part]


def _fits(values: list[str]) -> str:
    return _("%(bytes)s 字节，限 %(most)s") % {"bytes": values[0], "most": values[1]}


def _too_long(values: list[str]) -> str:
    count, most, at, cut = values
    return _("%(bytes)s 字节，超过 %(most)s；从第 %(at)s 个字「%(cut)s」起放不下") % {
        "bytes": count,
        "most": most,
        "at": at,
        "cut": cut,
    }


def _strange(values: list[str]) -> str:
    shown = listed(
        _("第 %(at)s 个字「%(sign)s」") % dict(zip(("at", "sign"), one.split(":", 1), strict=True))
        for one in _parts(values[0])
    )
    return _("%(signs)s 不在 GBK 里，平台会拒收") % {"signs": shown}


def _blanks(values: list[str]) -> str:
    found = [one.split(":") for one in _parts(values[0])]
    if not found:
        return _("没有多余的空格和符号")
    return clauses(
        _("第 %(at)s 个字：%(what)s") % {"at": at, "what": _BLANKS.get(kind, kind)}
        for at, kind in found
    )


def _repeats(values: list[str]) -> str:
    found = [one.split(":") for one in _parts(values[0])]
    if not found:
        return _("没有重复的词")
    return clauses(
        _("「%(word)s」在第 %(places)s 个字都有")
        % {"word": word, "places": listed(places.split("+"))}
        for word, places in found
    )


def _no_word_list(values: list[str]) -> str:
    if not values[0]:
        return _("没有类目，不知道该有哪些词")
    return _("「%(category)s」还没有关键词表，没法比") % {"category": values[0]}


def _words(values: list[str]) -> str:
    there, missing = _parts(values[0]), _parts(values[1])
    shown = []
    if there:
        shown.append(_("有：%(words)s") % {"words": listed(there)})
    if missing:
        shown.append(_("没有：%(words)s") % {"words": listed(missing)})
    return clauses(shown)


def _no_absolute(values: list[str]) -> str:
    places = listed(str(_PLACES.get(one, one)) for one in _parts(values[0]))
    return _("看了%(places)s，没有词表里的词") % {"places": places}


def _absolute(values: list[str]) -> str:
    return clauses(_absolute_hit(one) for one in values[0].split(";") if one)


def _absolute_hit(text: str) -> str:
    word, place, position, reason, exempt = text.split(":")
    named = {"word": word, "place": _PLACES.get(place, place), "at": position, "why": reason}
    if exempt:
        return _("%(place)s第 %(at)s 个字「%(word)s」：可用，因为「%(exempt)s」") % (
            named | {"exempt": exempt}
        )
    return _("%(place)s第 %(at)s 个字「%(word)s」：%(why)s") % named


def absolute_hits(evidence: str) -> list[tuple[str, bool]]:
    """Give the words that were found, and whether each is harmless; for the buttons beside them."""
    code, *values = evidence.split("|")
    if code != "absolute":
        return []
    hits = [one.split(":") for one in values[0].split(";") if one]
    return sorted({(hit[0], bool(hit[4])) for hit in hits})


def _not_a_picture(values: list[str]) -> str:
    return str(_NOT_PICTURES.get(values[0], values[0]))


def _size(values: list[str]) -> str:
    width, height, side = values
    return _("%(width)s × %(height)s 像素，要 %(side)s × %(side)s 以上") % {
        "width": width,
        "height": height,
        "side": side,
    }


def _format(values: list[str]) -> str:
    kind, ratio, animated = values
    shown = [kind, _("宽高 %(ratio)s，要 1:1") % {"ratio": ratio.replace(":", " : ")}]
    if animated:
        shown.append(_("是动图"))
    return phrases(shown)


def _ground(values: list[str]) -> str:
    border, line, whole = values
    return _("四周一圈白色占 %(border)s，要 %(line)s 以上；整张白色占 %(whole)s") % {
        "border": rate(border),
        "line": rate(line, 0),
        "whole": rate(whole),
    }


def _edges(values: list[str]) -> str:
    sides = _parts(values[0])
    if not sides:
        return _("商品没有碰到四边")
    return _("商品碰到%(sides)s") % {"sides": listed(str(_SIDES[side]) for side in sides)}


def _found(values: list[str]) -> str:
    return _("有：%(words)s") % {"words": listed(_parts(values[0]))}


def _not_found(values: list[str]) -> str:
    return _("没有找到：%(words)s") % {"words": listed(_parts(values[0]))}


def _in_pictures(values: list[str]) -> str:
    return _("文字里没有，可能在 %(count)s 张图里，图里的字看不出") % {"count": values[0]}


def _category(values: list[str]) -> str:
    return values[0] or _("没有类目资料，没法看")


def _attributes(values: list[str]) -> str:
    count, missing, empty = values[0], _parts(values[1]), _parts(values[2])
    shown = [_("有 %(count)s 项") % {"count": count}]
    if missing:
        shown.append(_("缺：%(names)s") % {"names": listed(missing)})
    if empty:
        shown.append(_("没填：%(names)s") % {"names": listed(empty)})
    return clauses(shown)


def _sizes(values: list[str]) -> str:
    wrong = [one.split(":") for one in _parts(values[1])]
    if not wrong:
        return _("%(count)s 个规格的尺寸都在尺寸数据里") % {"count": values[0]}
    return clauses(
        _("%(code)s 的 %(sizes)s 不在尺寸数据里")
        % {"code": code, "sizes": listed(sizes.split("+"))}
        for code, sizes in wrong
    )


def _no_size_data(values: list[str]) -> str:
    return _("%(count)s 个规格写了尺寸，但没有尺寸数据可以核对") % {"count": values[0]}


def _under_floor(values: list[str]) -> str:
    known = _("%(code)s 一口价 %(price)s 低于底价 %(floor)s")
    hidden = _("%(code)s 一口价 %(price)s 低于底价")
    return clauses(
        (known if floor else hidden)
        % {"code": code, "price": money(price), "floor": money(floor) if floor else ""}
        for code, price, floor in (one.rsplit(":", 2) for one in _parts(values[0]))
    )


def _over_floor(values: list[str]) -> str:
    return _("%(count)s 个 SKU 都不低于底价") % {"count": values[0]}


def _no_floor(values: list[str]) -> str:
    missing, count = values
    if count == "0":
        return _("没有 SKU，没法比")
    return _("%(count)s 个 SKU 里有 %(missing)s 个没有一口价或底价，没法比") % {
        "count": count,
        "missing": missing,
    }


def _promise(values: list[str]) -> str:
    return _("%(hours)s 小时内发货") % {"hours": listed(_parts(values[0]))}


def _no_promise(values: list[str]) -> str:
    return _("没有设发货承诺，%(count)s 个 SKU 里 %(missing)s 个也没有") % {
        "missing": values[0],
        "count": values[1],
    }


def _forbidden(values: list[str]) -> str:
    if not values[0]:
        return _("不在禁止名单里")
    if values[0] == "forbidden_status":
        return _("在禁止上架名单里")
    return _("没结案的违规：%(kind)s") % {"kind": values[0]}


_WRITERS: dict[str, Callable[[list[str]], str]] = {
    "fits": _fits,
    "too_long": _too_long,
    "strange": _strange,
    "blanks": _blanks,
    "repeats": _repeats,
    "no_word_list": _no_word_list,
    "words": _words,
    "no_absolute": _no_absolute,
    "absolute": _absolute,
    "not_a_picture": _not_a_picture,
    "size": _size,
    "format": _format,
    "ground": _ground,
    "edges": _edges,
    "found": _found,
    "not_found": _not_found,
    "in_pictures": _in_pictures,
    "category": _category,
    "attributes": _attributes,
    "sizes": _sizes,
    "no_size_data": _no_size_data,
    "under_floor": _under_floor,
    "over_floor": _over_floor,
    "no_floor": _no_floor,
    "promise": _promise,
    "no_promise": _no_promise,
    "forbidden": _forbidden,
}
