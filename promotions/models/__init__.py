"""What the shop offers: activities with their items and checks, benefits, price rules."""

from promotions.models.activity import (
    Activity,
    ActivityApproval,
    ActivityCheck,
    ActivityItem,
    ActivityNote,
    ActivityTask,
)
from promotions.models.channels import (
    AdPlan,
    AffiliateRefund,
    AffiliateSettlement,
    ChannelAccount,
    ChannelBalance,
    ChannelCap,
    ChannelDay,
    ChannelFact,
    ChannelRule,
    ChannelWarning,
    ShopDay,
)
from promotions.models.festival import Festival
from promotions.models.freight import FreightArea, FreightProduct, FreightTemplate
from promotions.models.gifts import GiftGrant, GiftRule, GiftRuleProduct, GiftRuleSku
from promotions.models.material import Material, MaterialUse
from promotions.models.partners import (
    AgreedPrice,
    ContactNote,
    Distributor,
    Exchange,
    ExchangeFigures,
    Partner,
    SeenPrice,
    Subscription,
)
from promotions.models.pricing import Benefit, BenefitSku, PriceRuleRow, SkuLowest
from promotions.models.profit import ProfitRule
from promotions.models.protection import ProtectionLabel
from promotions.models.seller_price import SellerPrice
from promotions.models.trial import Trial, TrialDay, TrialVariant

__all__ = [
    "Activity",
    "ActivityApproval",
    "ActivityCheck",
    "ActivityItem",
    "ActivityNote",
    "ActivityTask",
    "AdPlan",
    "AffiliateRefund",
    "AffiliateSettlement",
    "AgreedPrice",
    "Benefit",
    "BenefitSku",
    "ChannelAccount",
    "ChannelBalance",
    "ChannelCap",
    "ChannelDay",
    "ChannelFact",
    "ChannelRule",
    "ChannelWarning",
    "ContactNote",
    "Distributor",
    "Exchange",
    "ExchangeFigures",
    "Festival",
    "FreightArea",
    "FreightProduct",
    "FreightTemplate",
    "GiftGrant",
    "GiftRule",
    "GiftRuleProduct",
    "GiftRuleSku",
    "Material",
    "MaterialUse",
    "Partner",
    "PriceRuleRow",
    "ProfitRule",
    "ProtectionLabel",
    "SeenPrice",
    "SellerPrice",
    "ShopDay",
    "SkuLowest",
    "Subscription",
    "Trial",
    "TrialDay",
    "TrialVariant",
]
