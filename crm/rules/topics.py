"""What a review speaks of and how: clauses are cut into words (rjieba), topics found by a dictionary. Pure.

The dictionary is this trade's (home textiles and what any shop sells). Words of a topic say a tone by
themselves (掉色 complains) or take it from the clause (尺寸 … 刚好). A negation before turns it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import rjieba

GOOD, BAD, PLAIN = "good", "bad", "plain"

# Topic: words that only name it; words that complain; words that praise.
_DICTIONARY: Mapping[str, tuple[str, str, str]] = {
    "quality": (
        "质量 做工 品质 走线 针脚 拉链 缝线 车线",
        "开线 脱线 线头 破洞 开缝 次品 瑕疵 粗糙 劣质 勾丝 抽丝 跑棉 跑绒 钻绒 漏绒 断线 质量差 做工差",
        "结实 耐用 做工精细 质量好 质量不错 做工好",
    ),
    "size": (
        "尺寸 尺码 大小 长度 宽度 厚度 高度 克重",
        "偏小 偏大 小了 大了 太小 太大 短了 缩水 尺寸不对 不合适 套不上 塞不进 太薄 偏薄",
        "合适 刚好 正好 尺寸合适 大小合适",
    ),
    "colour": (
        "颜色 色彩 花色 花型",
        "色差 掉色 褪色 染色 串色 发黄 泛黄 颜色不一样 颜色不对 偏色",
        "颜色正 颜色好看 没色差 颜色漂亮 好看 漂亮",
    ),
    "smell": (
        "味道 气味 味儿",
        "异味 臭味 怪味 刺鼻 霉味 味道大 味大 难闻 甲醛 有味道",
        "没味道 无异味 没异味 香香的",
    ),
    "lint": (
        "毛球 浮毛",
        "起球 掉毛 起毛 掉絮 掉渣 粘毛 飞毛",
        "不起球 不掉毛",
    ),
    "feel": (
        "手感 面料 布料 材质 舒适度 透气",
        "扎人 粗硬 硬邦邦 闷热 不透气 不吸水 静电 太硬 刺挠",
        "柔软 舒服 亲肤 软和 透气好 舒适 丝滑 暖和 吸水",
    ),
    "packing": (
        "包装 外箱 盒子 袋子",
        "压坏 压扁 破损 包装破 包装差 脏了 污渍 没有包装 挤压 散架",
        "包装好 包装精美 包装严实 包装不错",
    ),
    "logistics": (
        "物流 快递 发货 送货 配送 派送",
        "发货慢 物流慢 快递慢 太慢 迟迟 不发货 丢件 延误 没送到 不送上门 乱放 还没到 等了好久",
        "发货快 物流快 快递快 到得快 很快就到 速度快 送货上门",
    ),
    "service": (
        "客服 服务 态度 卖家 店家 售后",
        "不理人 不回复 没人理 态度差 服务差 推卸 敷衍 骂人 不解决 踢皮球 态度恶劣",
        "服务好 态度好 客服耐心 耐心 热情 有求必应",
    ),
    "price": (
        "价格 价钱 性价比",
        "太贵 不值 降价 买贵了 价格高 保价 便宜没好货",
        "便宜 实惠 划算 性价比高 物美价廉 值得",
    ),
    "description": (
        "描述 图片 实物 宣传 详情页",
        "与描述不符 描述不符 货不对板 假货 虚假 不一样 差距大 照骗 不是纯棉 不是正品",
        "和图片一样 和描述一样 与描述一致 描述相符 和描述一致",
    ),
    "wrong_piece": (
        "漏件 错件",
        "发错 漏发 少发 少了 发少了 缺件 错发 不是我买的",
        "",
    ),
}
_BAD_WORDS = frozenset(
    [
        "差",
        "慢",
        "烂",
        "臭",
        "贵",
        "坏",
        "垃圾",
        "失望",
        "后悔",
        "糟糕",
        "恶劣",
        "一般",
        "难看",
        "不好",
        "不行",
        "不满意",
        "太差",
        "严重",
        "骗人",
        "退货",
        "上当",
        "无语",
        "很差",
        "很慢",
        "挺慢",
        "好慢",
    ]
)
_GOOD_WORDS = frozenset(
    [
        "好",
        "快",
        "不错",
        "满意",
        "喜欢",
        "赞",
        "棒",
        "很好",
        "挺好",
        "可以",
        "值",
        "推荐",
        "惊喜",
        "完美",
        "超好",
        "好用",
        "好评",
        "回购",
        "很快",
        "挺快",
        "超快",
        "蛮好",
        "特别好",
        "很棒",
    ]
)
_NOT = frozenset(
    ["不", "没", "没有", "无", "不会", "未", "不是", "并不", "不太", "不怎么", "不够", "没那么"]
)
_CLAUSES = re.compile(r"[，。！？；、,.!?;~～\s…]+")
# Often enough that the trade's words win over their parts.
_OFTEN = 200_000
# How many words before may turn a tone.
_REACH = 2


@dataclass(frozen=True, slots=True)
class Mention:
    """One topic of a review: how it is spoken of, and the first words that say so."""

    topic: str
    tone: str
    words: str


@cache
def _cutter() -> rjieba.Jieba:
    cutter = rjieba.Jieba()
    for groups in _DICTIONARY.values():
        for group in groups:
            for word in group.split():
                cutter.add_word(word, _OFTEN, None)
    for word in (*_BAD_WORDS, *_GOOD_WORDS):
        cutter.add_word(word, _OFTEN, None)
    return cutter


@cache
def _known() -> Mapping[str, tuple[str, str]]:
    known: dict[str, tuple[str, str]] = {}
    for topic, groups in _DICTIONARY.items():
        for tone, group in zip((PLAIN, BAD, GOOD), groups, strict=True):
            for word in group.split():
                known[word] = (topic, tone)
    return known


def cut(text: str) -> list[str]:
    """Cut a text into words with the trade's own among them."""
    return [word for word in _cutter().cut(text, hmm=False) if word.strip()]


def mentions(text: str) -> list[Mention]:
    """Give the topics of a text, each once; a complaint about it weighs more than praise.

    What a clause says with a verdict and no topic (太差了) belongs to the clause before.
    """
    found: dict[str, Mention] = {}
    for clause in _CLAUSES.split(text):
        for one in _of_clause(clause):
            before = found.get(one.topic)
            if before is None or _weight(one.tone) > _weight(before.tone):
                found[one.topic] = one
    return list(found.values())


def complains(text: str) -> bool:
    """Say whether a text complains about something: more complaints than praise."""
    tones = [one.tone for one in mentions(text)]
    if tones.count(BAD) or tones.count(GOOD):
        return tones.count(BAD) > tones.count(GOOD)
    words = [word for clause in _CLAUSES.split(text) for word in _verdicts(cut(clause))]
    return words.count(BAD) > words.count(GOOD)


def _weight(tone: str) -> int:
    return {BAD: 2, GOOD: 1}.get(tone, 0)


def _of_clause(clause: str) -> list[Mention]:
    words = cut(clause)
    verdicts = _verdicts(words)
    overall = BAD if BAD in verdicts else (GOOD if GOOD in verdicts else PLAIN)
    shown = clause[:80]
    found = []
    for place, word in enumerate(words):
        if word not in _known():
            continue
        topic, tone = _known()[word]
        if tone == PLAIN:
            found.append(Mention(topic, overall, shown))
        else:
            found.append(Mention(topic, _turned(tone, words, place), shown))
    return found


def _verdicts(words: Sequence[str]) -> list[str]:
    return [
        _turned(BAD if word in _BAD_WORDS else GOOD, words, place)
        for place, word in enumerate(words)
        if word in _BAD_WORDS or word in _GOOD_WORDS
    ]


def _turned(tone: str, words: Sequence[str], place: int) -> str:
    before = words[max(0, place - _REACH) : place]
    if not any(word in _NOT for word in before):
        return tone
    return GOOD if tone == BAD else BAD


def cause_of(found: Sequence[Mention]) -> str:
    """Propose the cause of a bad review: its first complaint, else nothing."""
    return next((one.topic for one in found if one.tone == BAD), "")
