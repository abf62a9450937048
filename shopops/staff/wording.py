"""Words for what this app writes into the operation log."""

from django.utils.translation import gettext_lazy as _

OPERATIONS = {
    "staff.person.added": _("添加人员"),
    "staff.person.invited": _("发出邀请"),
    "staff.person.invitation_withdrawn": _("收回邀请"),
    "staff.person.accepted": _("接受邀请，设了密码"),
    "staff.person.changed": _("改人员资料"),
    "staff.person.language_chosen": _("换语言"),
    "staff.person.password_changed": _("改密码"),
    "staff.person.second_factor_reset": _("重置两步验证"),
    "staff.person.unlocked": _("解除登录锁定"),
    "staff.shop.set_up": _("店铺设置完成"),
    "staff.shop.changed": _("改店铺资料"),
    "staff.role.synced": _("内置角色随版本更新"),
    "staff.role.copied": _("复制角色"),
    "staff.role.changed": _("改角色权限"),
    "staff.session.revoked": _("结束一处登录"),
    "staff.session.all_revoked": _("结束全部登录"),
    "staff.sign_in.done": _("登录"),
    "staff.sign_in.failed": _("登录失败"),
    "staff.sign_in.locked": _("登录失败太多，锁定"),
    "staff.sign_in.ended": _("退出"),
    "staff.second_factor.added": _("开启两步验证"),
    "staff.second_factor.removed": _("关闭两步验证"),
    "staff.second_factor.renewed": _("换恢复码"),
    "staff.second_factor.failed": _("两步验证失败"),
    "staff.token.created": _("建令牌"),
    "staff.token.revoked": _("收回令牌"),
    "staff.contact.revealed": _("查看收货人明文"),
}
