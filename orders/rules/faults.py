"""What a buyer's reason says about the goods: bad, wrong, broken, or nothing of the kind."""

from collections.abc import Iterable

QUALITY, WRONG, DAMAGED = "quality", "wrong", "damaged"
# The platform's own reasons and the words that people use; the first that fits counts.
_WORDS = (
    (WRONG, ("发错", "错发", "漏发", "少件", "少发", "缺件", "与拍下不符")),
    (DAMAGED, ("破损", "破了", "压坏", "漏液", "变形", "包装损坏")),
    (
        QUALITY,
        (
            *("质量", "做工", "瑕疵", "起球", "掉色", "褪色", "开线", "脱线", "异味", "缩水"),
            *("不符", "假冒", "过期", "变质", "功能", "故障", "污渍", "脏"),
        ),
    ),
)
# Of one's own will, whatever else it says.
_WILL = ("七天无理由", "7天无理由", "不想要", "多拍", "拍错", "错拍", "不喜欢")


def fault_of(reason: str) -> str:
    """Name the fault that a reason speaks of: quality, wrong, damaged; empty for none."""
    if any(word in reason for word in _WILL):
        return ""
    return next((kind for kind, words in _WORDS if any(word in reason for word in words)), "")


def by_fault(reasons: Iterable[str]) -> dict[str, list[str]]:
    """Part reasons by fault; those without one are left out."""
    parted: dict[str, list[str]] = {QUALITY: [], WRONG: [], DAMAGED: []}
    for reason in reasons:
        if kind := fault_of(reason):
            parted[kind].append(reason)
    return parted
