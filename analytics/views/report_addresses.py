"""Where reports go: adding, trying, changing, switching and taking away addresses."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from analytics.actions import report_addresses as acts
from analytics.forms.reports import AddressForm
from analytics.models import ReportAddress
from analytics.views.asking import Data
from analytics.views.reports import MANAGE, address_row
from products.views.acting import Asked, hidden, log_url
from products.views.acting import answer as answer_part
from products.views.panels import Panel, answer, shown, version_sent
from shopops.staff.access import requires

# How the addresses of the usual services are written: what it is, how, where one gets it.
SHAPES = (
    (gettext_lazy("钉钉群机器人"), "https://oapi.dingtalk.com/robot/send?access_token=…"),
    (gettext_lazy("钉钉群机器人（加签）"), "dingtalk://密钥@access_token"),
    (gettext_lazy("企业微信群机器人"), "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…"),
    (gettext_lazy("飞书群机器人"), "feishu://token"),
    (gettext_lazy("邮件"), "mailtos://用户:授权码@smtp.example.com?to=收件人@example.com"),
    (gettext_lazy("自己的接口（JSON）"), "jsons://host/path"),
)


@require_http_methods(["GET", "POST"])
@requires(MANAGE)
def report_addresses(request: HttpRequest) -> HttpResponse:
    """Show the addresses; a POST adds, changes, switches, tries or takes one away."""
    here = reverse("analytics:report_addresses")
    rows = list(ReportAddress.objects.filter(removed_at=None).order_by("-is_on", "name", "pk"))
    panels = [_panel(row) for row in rows]
    new = Panel(
        code="add",
        title=gettext_lazy("加一个地址"),
        button=gettext_lazy("加上"),
        make=AddressForm,
        act=_add,
        initial={"gets_daily": True, "gets_weekly": True},
        icon="plus",
        is_open=not rows,
    )
    done = answer_part(
        request,
        {
            "test": (MANAGE, _test),
            "on": (MANAGE, partial(_switch, is_on=True)),
            "off": (MANAGE, partial(_switch, is_on=False)),
            "remove": (MANAGE, _remove),
        },
        back=here,
    )
    if done is not None:
        return done
    sent = answer(request, [new, *panels], right=MANAGE, back=here)
    if isinstance(sent, HttpResponse):
        return sent
    context: Data = {
        "now": timezone.now(),
        "rows": [
            {
                **address_row(row),
                "panel": panel,
                "hidden": hidden(part="remove", address=row.pk, version=row.version),
            }
            for row, panel in zip(rows, shown(panels, sent), strict=True)
        ],
        "panels": shown([new], sent),
        "shapes": SHAPES,
        "log_url": log_url(request, "report_address"),
        "url": here,
    }
    return render(request, "analytics/report_addresses.html", context, status=422 if sent else 200)


def _panel(row: ReportAddress) -> Panel:
    stored = {"name": row.name, "gets_daily": row.gets_daily, "gets_weekly": row.gets_weekly}
    return Panel(
        code=f"change-{row.pk}",
        title=gettext_lazy("修改"),
        button=gettext_lazy("保存"),
        make=AddressForm,
        act=partial(_change, row.pk),
        initial=stored,
        stored=stored,
        version=row.version,
        key=("report_address", str(row.pk)),
    )


def _add(form: AddressForm, asked: Asked) -> str:
    row = acts.add_address(values=form.values, by=asked.by, now=asked.now)
    return _("加上了「%(name)s」。试一下，看它通不通。") % {"name": row.name}


def _change(address_id: int, form: AddressForm, asked: Asked) -> str:
    acts.change_address(
        address_id=address_id,
        values=form.values,
        version=version_sent(asked),
        by=asked.by,
        now=asked.now,
    )
    return _("存好了。")


def _test(asked: Asked) -> HttpResponse:
    acts.ask_for_test(address_id=asked.number("address"), by=asked.by, now=asked.now)
    return asked.done(_("正在发测试消息，结果过几秒出现在这一行。"))


def _switch(asked: Asked, *, is_on: bool) -> HttpResponse:
    acts.switch_address(
        address_id=asked.number("address"),
        is_on=is_on,
        version=asked.number("version"),
        by=asked.by,
        now=asked.now,
    )
    return asked.done(_("开了，下一份报告起发到这里。") if is_on else _("关了，不再发到这里。"))


def _remove(asked: Asked) -> HttpResponse:
    acts.remove_address(
        address_id=asked.number("address"),
        version=asked.number("version"),
        by=asked.by,
        now=asked.now,
    )
    return asked.done(_("去掉了，地址已经抹掉。"))
