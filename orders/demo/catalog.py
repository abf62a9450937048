"""What the demo shop sells: home textile with merchant codes, prices and weights. All invented."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from orders.demo.dice import Floats, Ints, Texts, texts

SHOP_NAME = "棉语家纺旗舰店"
SHOP_ID = "168204417"


@dataclass(frozen=True, slots=True)
class Product:
    """One listing. A SKU's code is the product's code, the size's code and the colour's code."""

    code: str
    title: str
    sizes: tuple[tuple[str, str, int], ...]  # code, text, price in whole yuan
    colours: str  # codes, see _COLOURS
    weight_g: int
    popularity: float
    lead_days: int = 0  # made to order: leaves this many days after payment


_COLOURS = {
    "BL": "雾蓝",
    "WH": "白",
    "MW": "米白",
    "SD": "沙色",
    "GR": "米灰",
    "SQ": "石青",
    "PK": "藕粉",
    "GN": "豆绿",
    "MS": "麦穗",
    "CF": "咖啡",
}
_BED = (("15", "1.5m床", 0), ("18", "1.8m床", 60))


def _sizes(price: int, step: int = 60) -> tuple[tuple[str, str, int], ...]:
    return tuple((code, text, price + (step if extra else 0)) for code, text, extra in _BED)


def _one(text: str, price: int, code: str = "") -> tuple[tuple[str, str, int], ...]:
    return ((code, text, price),)


_QUILT = (("20", "200×230cm", 0), ("22", "220×240cm", 80))


def _quilt(price: int) -> tuple[tuple[str, str, int], ...]:
    return tuple((code, text, price + extra) for code, text, extra in _QUILT)


PRODUCTS: tuple[Product, ...] = (
    Product("MY-ZT60", "枕套 60支长绒棉 一对", _one("48×74cm", 139), "BL WH MW SD", 320, 10.0),
    Product("MY-ZT", "枕套 水洗棉 单只", _one("48×74cm", 49, "SX"), "WH GR SD SQ", 180, 4.0),
    Product("MY-ZTZS", "枕套 桑蚕丝 单只 19姆米", _one("48×74cm", 169), "WH PK", 150, 1.2),
    Product("MY-SJ40", "四件套 40支全棉 斜纹", _sizes(359), "SD BL MW PK", 2100, 11.0),
    Product("MY-SJ60", "四件套 60支长绒棉 贡缎", _sizes(599, 80), "BL WH SD", 2300, 6.5),
    Product("MY-SJMM", "四件套 磨毛 加厚保暖", _sizes(329), "CF SD GN PK", 2600, 5.5),
    Product("MY-SJSX", "四件套 水洗棉 日式", _sizes(299), "GR BL MS SQ PK", 2200, 6.0),
    Product("MY-SJTS", "四件套 天丝 夏季裸睡", _sizes(499), "PK SQ", 1900, 3.0),
    Product("MY-SJEY", "三件套 儿童 A类纱布", _one("1.2m床", 269, "12"), "PK BL GN", 1500, 2.0),
    Product("MY-CL", "床笠 水洗棉 全包", _sizes(129, 20), "WH GR SD BL PK", 900, 6.5),
    Product("MY-CLFS", "床笠 防水透气 隔尿", _sizes(159, 20), "WH GR", 1100, 2.5),
    Product("MY-CD", "床单 60支 单件", _sizes(179, 30), "SD BL", 1000, 2.0),
    Product("MY-BTSX", "被套 水洗棉 单件", _quilt(189), "GR BL MS WH", 1200, 2.8),
    Product("MY-BT60", "被套 60支长绒棉 单件", _quilt(299), "WH SD", 1250, 1.8),
    Product("MY-QBDD", "秋被 大豆纤维", _quilt(329), "WH MW", 3200, 5.0),
    Product("MY-DBYR", "冬被 95白鹅绒 羽绒被", _quilt(1299), "WH", 2800, 0.9),
    Product("MY-DBMH", "冬被 新疆长绒棉花被 8斤", _quilt(459), "WH", 4200, 2.0),
    Product("MY-XBTS", "夏凉被 天丝 可机洗", _quilt(259), "BL PK SQ GN", 1300, 3.0),
    Product("MY-CSB", "蚕丝被 100%桑蚕丝 子母", _quilt(899), "WH", 2600, 1.2),
    Product("MY-EBB", "儿童被 纱布 午睡", _one("120×150cm", 199, "12"), "PK GN", 1200, 1.2),
    Product("MY-ZXQM", "枕芯 荞麦 成人 单只", _one("45×70cm", 99), "MW", 1900, 4.0),
    Product("MY-ZXRJ", "枕芯 天然乳胶 单只", _one("40×60cm", 169), "WH", 1300, 3.0),
    Product("MY-ZXYR", "枕芯 羽绒 五星酒店 一对", _one("48×74cm", 259), "WH", 1700, 2.5),
    Product("MY-ZXJY", "枕芯 记忆棉 护颈", _one("40×60cm", 149), "GR", 1200, 1.5),
    Product("MY-MJ", "毛巾 纯棉 三条装", _one("34×76cm", 59, "3T"), "GR WH BL PK SQ", 330, 10.0),
    Product("MY-MJCR", "毛巾 长绒 单条", _one("36×78cm", 29), "SQ WH SD PK", 130, 4.0),
    Product("MY-YJ", "浴巾 长绒", _one("70×140cm", 89), "SQ WH SD GR", 520, 6.0),
    Product("MY-YJTZ", "浴巾毛巾 套装 礼盒", _one("三件", 169), "SQ PK", 900, 2.0),
    Product("MY-YP", "浴袍 华夫格 情侣", (("M", "M", 229), ("L", "L", 229)), "WH GR", 950, 0.8),
    Product("MY-DD", "地垫 硅藻绒 浴室门口", _one("40×60cm", 49), "GR SD SQ", 500, 2.2),
    Product("MY-SFT", "沙发毯 棉麻", _one("130×180cm", 199), "MS GR SQ CF", 1200, 3.0),
    Product(
        "MY-SFD",
        "沙发垫 雪尼尔 四季",
        (("70", "70×150cm", 129), ("90", "90×210cm", 199)),
        "MS GR",
        1500,
        1.5,
    ),
    Product("MY-BZ", "抱枕 棉麻 含芯", _one("45×45cm", 69), "MS SQ SD GN", 600, 2.0),
    Product("MY-KTT", "空调毯 竹纤维", _one("150×200cm", 159), "BL GN", 1000, 2.0),
    Product("MY-MT", "毛毯 法兰绒 加厚", _quilt(139), "CF SD", 1800, 2.0),
    Product(
        "MY-CDR",
        "床垫 软垫 学生宿舍",
        (("09", "90×200cm", 159), ("15", "150×200cm", 239)),
        "GR WH",
        3000,
        1.6,
    ),
    Product("MY-XL", "凉席 冰丝 三件套", _sizes(199, 40), "BL SQ", 1700, 2.0),
    Product("MY-WZ", "蚊帐 蒙古包 免安装", _sizes(129, 30), "PK WH", 1600, 1.0),
    Product("MY-CLDZ", "【定制】纱帘 按米裁剪 7天发", _one("每米", 78), "WH MW", 450, 0.8, 7),
    Product(
        "MY-TTDZ", "【定制】榻榻米床笠 按尺寸 12天发", _one("1.8m以内", 369), "SD GR", 1800, 0.8, 12
    ),
)
PRESALE_CODES = ("MY-QBDD", "MY-SJMM", "MY-DBYR", "MY-SJ60")


@dataclass(frozen=True, slots=True)
class Skus:
    """The catalogue as columns, one place per SKU."""

    code: Texts
    product_code: Texts
    product_id: Texts
    title: Texts
    spec: Texts
    price_fen: Ints
    weight_g: Ints
    popularity: Floats
    lead_days: Ints
    presale: Ints  # the SKUs that presales offer


@cache
def load_skus() -> Skus:
    """Return the shop's SKUs in a fixed order."""
    rows = [
        (product, size, colour)
        for product in PRODUCTS
        for size in product.sizes
        for colour in product.colours.split()
    ]
    ids = {product.code: str(612_480_113_207 + 1_000_003 * i) for i, product in enumerate(PRODUCTS)}
    presale = [i for i, (product, _, _) in enumerate(rows) if product.code in PRESALE_CODES]
    return Skus(
        code=texts([_code(product.code, size[0], colour) for product, size, colour in rows]),
        product_code=texts([product.code for product, _, _ in rows]),
        product_id=texts([ids[product.code] for product, _, _ in rows]),
        title=texts([f"棉语 {product.title}" for product, _, _ in rows]),
        spec=texts([f"颜色分类：{_COLOURS[c]};尺码：{size[1]}" for _, size, c in rows]),
        price_fen=np.array([size[2] * 100 for _, size, _ in rows], dtype=np.int64),
        weight_g=np.array([product.weight_g for product, _, _ in rows], dtype=np.int64),
        popularity=_popularity(rows),
        lead_days=np.array([product.lead_days for product, _, _ in rows], dtype=np.int64),
        presale=np.array(presale, dtype=np.int64),
    )


def _code(product: str, size: str, colour: str) -> str:
    """Join the codes as the shop does: bed sizes cling to the product (MY-CL18-WH)."""
    if size.isdigit():
        return f"{product}{size}-{colour}"
    return "-".join(part for part in (product, size, colour) if part)


def _popularity(rows: list[tuple[Product, tuple[str, str, int], str]]) -> Floats:
    """Share a product's popularity over its SKUs, the first colours and sizes selling better."""
    weights = []
    for product, size, colour in rows:
        place = product.sizes.index(size) + product.colours.split().index(colour)
        weights.append(product.popularity * 0.72**place)
    return np.array(weights, dtype=np.float64)
