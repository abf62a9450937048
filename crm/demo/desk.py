"""The demo shop's service desk: a review file in the platform's format, answers, follow-ups. From a seed."""

import csv
import io
import random
from collections.abc import Mapping
from datetime import datetime, timedelta

from crm.actions import answering, asking, following_up
from crm.actions.reviews import following, handling, malice
from crm.models import Answer, Review, ReviewCase
from orders.models import OrderLine
from products.models import Sku
from shopops.intake import actions as intake
from shopops.intake.choices import BatchSource
from shopops.lib import vault
from shopops.lib.business_time import SHANGHAI
from shopops.staff.models import User
from shopops.work.engine import perform_inline
from shopops.work.models import Run

SEED = 20260917
HEADERS = (
    "评论",
    "昵称",
    "追评内容",
    "追评时间",
    "评价时间",
    "商品id",
    "颜色分类",
    "评价分类",
    "skuid",
)
_GOOD = (
    "手感柔软，颜色也正，物流很快",
    "质量不错，大小合适，会回购",
    "面料舒服，没有异味，洗了不掉色",
    "客服很耐心，包装严实",
    "和图片一样，性价比高",
    "尺寸刚好，很喜欢",
)
_NEUTRAL = (
    "料子一般，比想的薄",
    "颜色有点色差，其他还行",
    "快递有点慢，东西还可以",
    "尺寸偏小一点",
)
_BAD = (
    "洗了一次就掉色，太失望了",
    "起球严重，睡一晚全是毛",
    "打开有刺鼻的味道，晾了三天还有",
    "快递太慢了，包装也破损",
    "尺寸偏小，套不上，客服不回复",
    "发错颜色，少发了一只枕套",
    "开线了，做工差",
)
_APPENDS = ("用了两周开始起球", "洗过几次依然很好", "客服换了新的，态度好")
_ANSWERS = (
    ("follow", "到货问候", "{昵称}您好，{商品}应该到了，收到了吗？有没有压坏、尺寸合不合适？有问题直接找我。", "回访 收到"),  # noqa: E501
    ("follow", "满意道谢", "谢谢您告诉我。方便的话请如实评价，好的坏的都说，后面的客人也好参考。", "满意 评价"),
    ("follow", "有问题先道歉", "实在抱歉让您遇到这个。您拍张照给我，我马上看原因，该换该退由您定。", "道歉 破损"),
    ("review", "掉色起球", "很抱歉没让您满意。已安排同事核对这一批的面料，并联系您退换，运费我们出。", "掉色 起球"),
    ("review", "物流慢", "抱歉让您久等了。这一单的物流我们已和快递核对，后面会换更快的线路。", "快递 物流"),
    ("size", "枕套多大", "标准枕套是 48×74 厘米，适合 48×74 的枕芯；别的尺寸看规格 {规格}。", "尺寸 枕套 枕芯"),
    ("material", "会不会起球", "长绒棉正常洗不起球，请和拉链、粗糙的衣物分开洗，水温 30 度以下。", "起球 面料 洗"),
    ("shipping", "什么时候发货", "16 点前付款当天发，之后的第二天发；周末照常。单号 {运单号}，{快递}。", "发货 多久 快递"),  # noqa: E501
    ("after", "怎么退换", "签收后 7 天内不影响再卖就能退换，在订单里申请，我们 24 小时内处理。", "退货 换货 退换"),
)  # fmt: skip
_CHAT = (
    "这个枕套会起球吗？", "枕套会不会起球", "什么时候能发货呀？", "今天拍什么时候发货", "发什么快递？",
    "被套掉色吗",
    "这款被套会掉色吗？", "枕套尺寸是多少？", "可以机洗吗？", "能机洗吗", "夏天盖会热吗？",
    "多久能到新疆？", "能开发票吗？",
    "发票怎么开？", "起球可以退吗？",
)  # fmt: skip


def fill(by_name: Mapping[str, User], now: datetime) -> None:
    """Give the service desk a life. Does nothing where it has one already."""
    if Answer.objects.exists():
        return
    lead, agent = by_name["cen"], by_name["he"]
    for scene, title, text, words in _ANSWERS:
        given = answering.AnswerGiven(scene, title, text, words)
        answering.add_answer(given=given, by=lead, now=now)
    chat = "\n".join(
        f"会员{number} 2026-09-16 10:00:00：{line}" for number, line in enumerate(_CHAT)
    )
    asking.count_questions(text=chat, name="千牛聊天.txt", by=lead, now=now)
    _import(review_file(now), now)
    _work(lead, agent)
    _malice(lead, now)
    following_up.make_tasks(now=now)
    following_up.claim_tasks(limit=6, by=agent, now=now)


def review_file(now: datetime) -> bytes:
    """Write a review file as the platform does, over orders that came: GBK, no order number."""
    dice = random.Random(SEED)  # noqa: S311 - a seed gives the same shop each time
    lines = (
        OrderLine.objects.filter(
            order__stage__in=("signed", "picked_up", "in_transit"), order__buyer__isnull=False
        )
        .exclude(sku_code="")
        .filter(order__paid_at__lt=now - timedelta(days=5))
        .select_related("order")
        .order_by("-order__paid_at", "pk")[:900]
    )
    skus = {one.code: one for one in Sku.objects.select_related("product")}
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(HEADERS)
    for line in lines:
        if dice.random() > 0.35 or line.order.paid_at is None:
            continue
        sku = skus.get(line.sku_code)
        rated = line.order.paid_at + timedelta(hours=dice.randint(80, 260))
        if rated > now:
            rated = now - timedelta(minutes=dice.randint(30, 2600))
        writer.writerow(_row(dice, line, sku, rated, now))
    return out.getvalue().encode("gbk")


def _row(
    dice: random.Random, line: OrderLine, sku: Sku | None, rated: datetime, now: datetime
) -> list[str]:
    grade = dice.choices(("好评", "中评", "差评"), (90, 5, 5))[0]
    words = {"好评": _GOOD, "中评": _NEUTRAL, "差评": _BAD}[grade]
    nick = line.order.buyer_nick
    if dice.random() < 0.15:
        nick = f"{nick[0]}**{nick[-1]}"
    added = rated + timedelta(days=9)
    append = dice.choice(_APPENDS) if dice.random() < 0.08 and added < now else ""
    item = sku.product.item_no if sku and sku.product and sku.product.item_no else line.item_no
    return [
        dice.choice(words),
        nick,
        append,
        _time(added) if append else "",
        _time(rated),
        item,
        line.spec or (sku.spec if sku else ""),
        grade,
        sku.sku_no if sku else "",
    ]


def _time(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def _import(content: bytes, now: datetime) -> None:
    name = f"评价导出{now.astimezone(SHANGHAI):%Y%m%d}.csv"
    received = intake.receive_file(
        stored=vault.store(io.BytesIO(content)),
        file_name=name,
        source=BatchSource.DEMO,
        by=None,
        now=now,
        written_at=now,
        auto_commit=True,
        wanted_kind="",
        ring=False,
    )
    perform_inline(received.run)
    for run in Run.objects.filter(kind="intake.merge", key=str(received.batch.pk)):
        perform_inline(run)
    perform_inline(following.request_follow(now=now))


def _work(lead: User, agent: User) -> None:
    """Answer most of the older ones, each some time after it was opened; leave the newest and two late."""
    dice = random.Random(SEED + 1)  # noqa: S311 - a seed gives the same shop each time
    cases = list(ReviewCase.objects.filter(state="open").order_by("due_at", "pk"))
    for case in cases[2 : max(len(cases) - 8, 2)]:
        said = handling.Said("很抱歉没让您满意，已联系您退换，运费我们出。")
        answered_at = case.opened_at + timedelta(minutes=dice.randint(4, 18))
        handling.answer_review(
            review_id=case.review_id, said=said, version=None, by=agent, now=answered_at
        )
    for case in cases[2:6]:
        row = ReviewCase.objects.get(pk=case.pk)
        if row.state == "answered" and row.cause and row.answered_at is not None:
            handling.end_review(
                review_id=row.review_id,
                outcome="solved",
                note="已换新",
                version=None,
                by=lead,
                now=row.answered_at + timedelta(hours=2),
            )


def _malice(lead: User, now: datetime) -> None:
    """Collect evidence against one bad review whose buyer is known."""
    row = Review.objects.filter(rating="bad", order__isnull=False).order_by("-rated_at").first()
    if row is None:
        return
    file = malice.open_file(
        review_id=row.pk,
        claim="买家在旺旺里要求退全款不退货，不答应就给差评；包裹完好，照片不是这件商品。",
        by=lead,
        now=now,
    )
    proof = malice.Proof("chat", row.rated_at, "买家：不退我全款就给你差评，你看着办。", "", b"")
    malice.add_proof(file_id=file.pk, proof=proof, by=lead, now=now)
