"""Words for what this app writes into the operation log."""

from django.utils.translation import gettext_lazy as _

from shopops.staff.rights import RIGHTS

OBJECTS = {
    "person": _("人员"),
    "role": _("角色"),
    "shop": _("店铺"),
    "token": _("令牌"),
    "session": _("登录"),
    "batch": _("导入批次"),
    "run": _("任务"),
    "work.run": _("任务"),
}
FIELDS = {
    "name": _("名称"),
    "username": _("登录名"),
    "rights": _("权限"),
    "roles": _("角色"),
    "scopes": _("权限"),
    "language": _("语言"),
    "platform": _("平台"),
    "is_active": _("在用"),
    "is_demo": _("演示店"),
    "sessions": _("登录数"),
    "expires_at": _("到期"),
    "packing_hands": _("打包人手"),
    "packing_minutes": _("每单打包分钟"),
    "reveal_daily_quota": _("每天查看上限"),
    "file": _("文件"),
    "kind": _("种类"),
    "rows": _("行"),
    "bytes": _("字节"),
    "state": _("状态"),
    "created": _("新的"),
    "updated": _("有变化"),
    "unchanged": _("没变"),
    "rejected": _("退回"),
}
RIGHT_NAMES = {right.code: right.name for right in RIGHTS}

OPERATIONS = {
    "staff.person.added": _("添加人员"),
    "staff.person.invited": _("发出邀请"),
    "staff.person.invitation_withdrawn": _("收回邀请"),
    "staff.person.accepted": _("接受邀请，设了密码"),
    "staff.person.changed": _("改人员资料"),
    "staff.person.language_chosen": _("换语言"),
    "staff.person.columns_chosen": _("选列表的列"),
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
