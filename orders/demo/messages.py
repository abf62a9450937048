"""What buyers write and what the shop notes."""

from typing import Final

from orders.demo.dice import Texts, texts

URGENT: Final = (
    "急用，今天能发吗？",
    "加急！！周末要用，麻烦尽快发货",
    "很急，最好今天发出，谢谢",
    "麻烦加急，后天搬家要用",
)
ORDINARY: Final = (
    "请发顺丰，运费我补",
    "不要发邮政",
    "发中通，谢谢",
    "送人的，包装好一点，不要放价格单",
    "周末在家，工作日请放快递柜",
    "颜色要和图片一样的，有色差请先联系我",
    '麻烦确认一下尺寸：1.8m床，"床笠"高度28cm够吗',
    "和昨天那单一起发,地址一样",
    "能不能换成米白色",
    "帮忙开发票，抬头个人",
    "到货前打电话，谢谢老板",
    "枕套要一对同色的",
    "能送一包洗衣片吗",
)
MESSAGES: Final = ("", *URGENT, *ORDINARY)
FIRST_ORDINARY: Final = 1 + len(URGENT)

# Text of the memo and the flag that goes with it; 0 is no memo.
MEMOS: Final = (
    ("", ""),
    ("加急，优先发", "红"),
    ("缺货，已联系买家等补货", "黄"),
    ("发顺丰，买家补运费", "蓝"),
    ("送礼，不放价格单", "绿"),
    ("改地址已确认，按新地址发", "黄"),
    ("老客户，送洗衣片一包", "紫"),
    ("买家要换颜色，等确认再发", "红"),
    ("合单，和前一单一起发", "蓝"),
    ("约定{date}前发", "绿"),
)
MEMO_URGENT, MEMO_SHORT, MEMO_FIRST_FREE, MEMO_LAST_FREE, MEMO_PROMISED = 1, 2, 3, 8, 9

REASONS_BEFORE: Final = (
    "不想要了",
    "拍错了/多拍了",
    "未按约定时间发货",
    "地址/电话信息填写错误",
    "缺货",
)
REASONS_RETURN: Final = (
    "7天无理由退换货",
    "质量问题",
    "颜色/款式与描述不符",
    "尺寸拍错/不合适",
    "起球/掉色",
)
REASONS_MONEY: Final = ("与商家协商一致退款", "少件/漏发", "包装/商品破损", "退运费")

CANCELLED: Final = "买家取消订单"
NEVER_PAID: Final = "买家未付款"
REFUNDED: Final = "退款"
NOT_CLOSED: Final = "订单未关闭"


def message_table() -> Texts:
    """Return the messages as a table that an index array picks from."""
    return texts(list(MESSAGES))
