"""The lists that a new shop begins with; all of it is edited on screen afterwards.

A daily line: key, text, checks that compute it (none: ticked by hand), whether a picture proves it.
A line of a one-off list: section, text, role, days after the start until it is due, whether it needs proof.
"""

type DailyLine = tuple[str, str, tuple[str, ...], bool]
type OnceLine = tuple[str, str, str, int, bool]

ACTIVITY_CHECKS = (
    "promotions.running_prices_pass",
    "promotions.running_stock",
    "promotions.starts_and_ends",
    "promotions.preparation",
)
PAGE_CHECKS = (
    "promotions.pages_agree",
    "promotions.checks_are_fresh",
    "promotions.platform_agrees",
)
STOCK_CHECKS = (
    "products.stock_is_enough",
    "products.mains_are_covered",
    "products.goods_are_ordered_in_time",
    "products.purchases_come_in_time",
    "products.shelf_counts_agree",
)
VIOLATION_CHECKS = ("products.violations_are_answered", "products.nothing_forbidden_is_listed")
SHIPPING_CHECKS = ("orders.nothing_is_late", "orders.sweep_is_followed")
HOLD_CHECKS = ("orders.holds_are_handled",)
SCORE_CHECKS = ("analytics.dsr_against_yesterday", "analytics.after_sales_against_yesterday")
FILE_CHECKS = (
    "intake.files_came",
    "promotions.channel_reports_came",
    "analytics.figures_are_fresh",
    "analytics.no_missing_days",
)
SPEND_CHECKS = ("promotions.channel_caps_hold", "promotions.channel_balances_last")
CONVERSION_CHECKS = ("analytics.breaks", "analytics.mains_convert")
GOAL_CHECKS = ("analytics.targets_on_pace", "analytics.score_plan_on_time")
PARTNER_CHECKS = ("promotions.follow_ups", "promotions.partners_are_followed")
FOLLOW_UP_CHECKS = ("crm.follow_ups", *PARTNER_CHECKS)
CODE_CHECKS = ("products.every_code_is_of_one_sku", "products.no_cost_is_above_its_price")
REVIEW_CHECKS = ("crm.reviews_answered",)
CASE_CHECKS = ("orders.cases_are_answered", "orders.refunds_are_decided")

DAILY: dict[str, tuple[DailyLine, ...]] = {
    # The seven points of the morning first, then what belongs to them.
    "manager": (
        ("activities", "活动、活动库存、主推款都正常", (*ACTIVITY_CHECKS, "products.mains_are_well"), False),
        ("pages_agree", "活动时间和优惠文案与页面一致", PAGE_CHECKS, False),
        ("stock", "主推款够卖，低的改了货架数，过线的采购已付款在路上", STOCK_CHECKS, False),
        ("pages", "首页、详情页、分类、店招、手机端都正常，附一张今天的截图", (), True),
        ("violations", "举报、违规、处罚都答复了", VIOLATION_CHECKS, False),
        ("shipping", "漏发、缺货、没发的单今天跟完", SHIPPING_CHECKS, False),
        ("scores", "三项评分和售后综合指标与前一天比过", SCORE_CHECKS, False),
        ("conversion", "店铺和主推款的转化率平稳", CONVERSION_CHECKS, False),
        ("spend", "推广花费没有超日限额", ("promotions.channel_caps_hold",), False),
        ("reviews", "差评中评都答复了", REVIEW_CHECKS, False),
        ("holds", "问题单没有过期", HOLD_CHECKS, False),
        ("refunds", "退款、售后单、投诉没有过期", CASE_CHECKS, False),
        ("follow_ups", "到货跟进、活动和伙伴的跟进没有过期", FOLLOW_UP_CHECKS, False),
        ("files", "昨天的文件和报表都来了", FILE_CHECKS, False),
        ("goals", "月目标没有落后，评分的计划没有过期", GOAL_CHECKS, False),
        ("reports", "日报、周报都做好发出去了", ("analytics.reports_went_out",), False),
        ("bill", "上月和本月的账单对得上", ("analytics.bill_differs",), False),
        ("system", "后台任务都做成了，备份不超过一天", ("work.",), False),
        ("lists", "各岗位昨天的清单都签了", ("checks.",), False),
        ("meeting", "早会把红的事一件一件派到人", (), False),
    ),
    "promotion": (
        ("spend", "推广花费没有超日限额，余额够", SPEND_CHECKS, False),
        ("pay", "推广的商品都保本", ("promotions.channel_items_pay",), False),
        ("reports", "昨天的推广报表来了", ("promotions.channel_reports_came",), False),
        ("activities", "活动、活动库存正常", ACTIVITY_CHECKS, False),
        ("pages_agree", "活动时间和优惠文案与页面一致", PAGE_CHECKS, False),
        ("gifts", "赠品够送，说好的还在送", ("promotions.gifts_are_there",), False),
        ("follow_ups", "活动报名、分销和伙伴都跟进了", PARTNER_CHECKS, False),
        ("keywords", "看一遍主推款的搜索词和出价，调了写在备注里", (), False),
        ("rivals", "对手的价和活动看过，要动的写在备注里", (), False),
    ),
    "service_lead": (
        ("reviews", "差评中评都在 24 小时内答复", REVIEW_CHECKS, False),
        ("cases", "售后单、退款、投诉按时答复", CASE_CHECKS, False),
        ("holds", "问题单没有过期，该告知的买家都告知了", HOLD_CHECKS, False),
        ("sweep", "昨天漏发和缺货的单跟到了结", ("orders.sweep_is_followed",), False),
        ("follow_ups", "到货跟进没有逾期", ("crm.follow_ups",), False),
        ("figures", "客服昨天的数据齐了，指标达标", ("crm.service_figures", "crm.service_targets"), False),
        ("scores", "三项评分和售后综合指标与前一天比过", SCORE_CHECKS, False),
        ("plans", "评分的计划没有过期", ("analytics.score_plan_on_time",), False),
        ("shifts", "今天的班次和休息排好，旺旺分流正常", (), False),
        ("samples", "抽查十段聊天记录，问题写在备注里", (), False),
    ),
    "service": (
        ("reviews", "我们答复的差评中评没有超时", REVIEW_CHECKS, False),
        ("cases", "售后单、退款按时答复", CASE_CHECKS, False),
        ("traces", "轨迹停了的包裹催过、告诉了买家", ("orders.trace_stalled",), False),
        ("follow_ups", "到货跟进没有逾期", ("crm.follow_ups",), False),
        ("login", "旺旺登录、自动回复和快捷短语对得上今天的活动", (), True),
        ("offline", "离线留言全部回完", (), False),
        ("unpaid", "昨天下单没付款的催付过", (), False),
    ),
    "designer": (
        ("home", "首页：首屏、海报、跳转链接都正常", (), True),
        ("details", "主推款详情页：图片能打开，价格和活动文案是今天的", (), True),
        ("categories", "分类页和导航点得进去", (), True),
        ("sign", "店招是今天的活动", (), True),
        ("wireless", "手机端首页和详情页正常", (), True),
        ("material", "在用的素材没有违规词", ("promotions.material_may_be_shown",), False),
        ("white", "新品主图、白底图齐了", (), False),
    ),
    "warehouse": (
        ("shipping", "昨天该发的都发了", ("orders.nothing_is_late",), False),
        ("unpicked", "交接的包裹都揽收了", ("orders.parcels_unpicked",), False),
        ("proof", "库存和流水、订单对得上", ("products.stock_proof", "orders.left_orders_are_booked"), False),
        ("purchases", "采购单按时到，到货当天入库", ("products.purchases_come_in_time",), False),
        ("materials", "面单纸、纸箱、胶带够用两天", (), False),
        ("places", "货位归位，打包台清空", (), True),
        ("returns", "退回来的件当天拆、当天登记", (), False),
        ("handover", "今天的交接单都签了", (), False),
    ),
    "editor": (
        ("mains", "主推款都在架、价对、名次没掉", ("products.mains_are_well",), False),
        ("conversion", "主推款的转化率平稳", ("analytics.mains_convert",), False),
        ("listings", "上架检查都通过", ("products.listings_pass",), False),
        ("violations", "举报、违规、处罚都答复了", VIOLATION_CHECKS, False),
        ("conflicts", "一个编码只认一个 SKU，成本不高于售价", CODE_CHECKS, False),
        ("shelf", "货架数和库存对得上", ("products.shelf_counts_agree",), False),
        ("prices", "改价都批完了", ("products.no_price_waits",), False),
        ("pages", "首页、详情页、分类、店招、手机端看一遍", (), True),
        ("delist", "今天的上下架按计划做了", (), False),
    ),
}  # fmt: skip

_M, _P, _L, _S, _D, _W, _E = (
    "manager", "promotion", "service_lead", "service", "designer", "warehouse_lead", "editor"
)  # fmt: skip

ONCE: dict[str, tuple[str, str, tuple[OnceLine, ...]]] = {
    "open_shop": (
        "开一家店",
        "从账号、资料、保证金到第一批货；开始那天起算",
        (
            ("账号", "企业支付宝实名认证通过", _M, 1, True),
            ("账号", "主账号和子账号开好，权限按岗位分", _M, 2, False),
            ("账号", "主账号绑手机和密保，谁保管写在备注里", _M, 2, False),
            ("资料", "营业执照、商标注册证或授权书传齐", _M, 3, True),
            ("资料", "类目资质、质检报告传齐", _M, 5, True),
            ("资料", "发票和收款信息填好", _M, 5, False),
            ("保证金", "保证金或保证金计划交了", _M, 5, True),
            ("保证金", "技术服务年费和扣点看懂，记进成本", _M, 6, False),
            ("开店", "店名、店标、简介过审", _D, 6, True),
            ("开店", "运费模板、退货地址、发货承诺设好", _W, 7, False),
            ("开店", "7 天无理由、运费险等服务承诺开好", _L, 7, False),
            ("开店", "旺旺分流、自动回复、快捷短语设好", _L, 8, False),
            ("第一批货", "首批商品资料、主图、详情页过上架检查", _E, 10, False),
            ("第一批货", "首批货入库盘点，货架数对上", _W, 10, False),
            ("第一批货", "成本、底价录进来，价格店长看过", _M, 10, False),
            ("第一批货", "自己拍一单，从付款走到签收", _M, 12, True),
        ),
    ),
    "shop_pages": (
        "装修店铺页面",
        "首页、分类、店招和手机端一起改",
        (
            ("模块", "首页模块和先后定下来：首屏、优惠、主推、分类、承诺", _D, 1, False),
            ("模块", "手机端首页单独排，不照搬电脑端", _D, 2, False),
            ("海报", "首屏海报不超过 3 张，每张一个链接、一个主张", _D, 3, True),
            ("海报", "海报文案查过违规词", _E, 3, False),
            ("承诺", "服务承诺写在首页和详情页，和实际做得到的一致", _L, 3, False),
            ("颜色", "主色、辅色、字体定三种以内，各页一致", _D, 2, False),
            ("分类", "分类按买家的叫法排，每类点得进去且有货", _E, 4, False),
            ("店招", "店招带店名、主张、收藏和优惠入口", _D, 4, True),
            ("验收", "电脑端和手机端每个链接点一遍", _E, 5, True),
            ("验收", "首屏在手机上 3 秒内打开", _D, 5, False),
        ),
    ),
    "product_page": (
        "做一个商品详情页",
        "从资料到上架检查通过",
        (
            ("资料", "卖点、人群、对手的页面看过，写成一页", _E, 1, False),
            ("资料", "参数表、尺码、洗涤说明核对实物", _E, 1, False),
            ("图片", "主图 5 张、白底图 1 张，尺寸和大小合规", _D, 3, True),
            ("图片", "实拍图：整体、细节、场景、对比", _D, 3, True),
            ("文案", "标题 60 字内，词序按搜索习惯", _E, 3, False),
            ("文案", "详情页文案查过违规词和绝对化用语", _E, 4, False),
            ("文案", "售后政策、发货时间写在页尾", _L, 4, False),
            ("上架", "价格、库存、运费模板、发货承诺填好", _E, 5, False),
            ("上架", "上架检查全部通过", _E, 5, False),
            ("上架", "手机端看一遍，图文没有错位", _D, 5, True),
        ),
    ),
    "promotion": (
        "一次大促",
        "开始那天是活动开始日，负数是提前的天数",
        (
            ("报名", "活动报名、商品和价格过价格检查", _P, -30, False),
            ("备货", "按预测下采购单，付款、在路上", _W, -25, False),
            ("备货", "包材、面单、临时人手排好", _W, -10, False),
            ("页面", "会场、首页、店招、详情页素材做完", _D, -7, True),
            ("页面", "页面文案与活动时间、优惠一致", _P, -3, False),
            ("优惠", "券、满减、赠品、限购按计划建好并试算到手价", _P, -5, False),
            ("推广", "预算、日限额、计划和人群建好", _P, -5, False),
            ("客服", "话术、自动回复、排班、加班定好，全员过一遍规则", _L, -3, False),
            ("老客", "短信和老客人群审过词、排好发送", _P, -3, False),
            ("系统", "备份一次，导入和打印试跑一遍", _M, -2, False),
            ("开始", "零点核对价格、库存、券能用", _M, 0, True),
            ("开始", "前两小时盯库存和超卖", _E, 0, False),
            ("结束", "页面、价格、推广恢复平时", _E, 4, True),
            ("结束", "爆仓和漏发单跟完", _L, 7, False),
            ("结束", "总结：目标、花费、利润、下次改什么", _M, 10, True),
        ),
    ),
    "colleague": (
        "来了新同事",
        "从入职到独立上岗",
        (
            ("第一天", "账号开好，岗位权限最小够用，首次登录改密码", _M, 0, False),
            ("第一天", "看过保密和个人信息规定，签字", _M, 0, True),
            ("第一天", "带着走一遍订单从付款到签收", _L, 0, False),
            ("第一周", "商品知识：主推款的材质、尺码、卖点能说清", _E, 3, False),
            ("第一周", "平台规则：发货、违规、评价、退款", _L, 3, False),
            ("第一周", "话术库读完，旁听两天聊天", _L, 5, False),
            ("第一周", "培训卷子考过", _L, 7, True),
            ("上岗", "师傅陪着独立做一天", _L, 10, False),
            ("上岗", "抽查二十段聊天或二十单，问题当面讲", _L, 14, False),
            ("转正", "一个月指标谈一次，写下来", _M, 30, True),
        ),
    ),
}
