"""The acts on one case: when each is offered, what it asks, what it does."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from orders.actions.cases import compensating, handling
from orders.choices import (
    CaseEventKind,
    CaseGrade,
    CaseState,
    CompensationKind,
    Responsible,
    ToldChannel,
)
from orders.forms import cases as shapes
from shopops.staff.models import User

type Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """An act being done on a case."""

    case_id: int
    version: int | None
    data: Data
    by: User
    now: datetime

    @property
    def base(self) -> Data:
        """Give what every act takes."""
        return {
            "case_id": self.case_id,
            "version": self.version,
            "by": self.by,
            "now": self.now,
        }


@dataclass(frozen=True, slots=True)
class Act:
    """One act on a case: when it is offered, what it asks, what it does."""

    code: str
    label: str | Promise
    form: type[forms.Form]
    run: Callable[[Call], object]
    text: str | Promise = ""
    is_for_closed: bool = False
    is_for_open: bool = True


def _answer(call: Call) -> object:
    said = handling.Answer(call.data["words"], ToldChannel(call.data["channel"]))
    return handling.answer_buyer(answer=said, **call.base)


def _note(call: Call) -> object:
    return handling.add_words(
        kind=CaseEventKind(call.data["kind"]), words=call.data["words"], **call.base
    )


def _blame(call: Call) -> object:
    fault = handling.Fault(
        Responsible(call.data["responsible"]), call.data["carrier"], call.data["courier_fault"]
    )
    return handling.blame(fault=fault, **call.base)


def _compensate(call: Call) -> object:
    promise = compensating.Promise(
        CompensationKind(call.data["kind"]), call.data["amount"], call.data["reason"]
    )
    return compensating.promise_compensation(promise=promise, **call.base)


ACTS: dict[str, Act] = {
    act.code: act
    for act in (
        Act(
            "answer",
            gettext_lazy("答复买家"),
            shapes.AnswerForm,
            _answer,
            gettext_lazy("记下怎么答的；补偿不能和好评、删评挂钩。"),
        ),
        Act(
            "note",
            gettext_lazy("记一笔"),
            shapes.WordsForm,
            _note,
            gettext_lazy("「买家说」算买家又来一次；投诉第二次来找会自动升级。"),
            is_for_closed=True,
        ),
        Act(
            "grade",
            gettext_lazy("定级"),
            shapes.GradeForm,
            lambda call: handling.grade_case(grade=CaseGrade(call.data["grade"]), **call.base),
        ),
        Act(
            "compensate",
            gettext_lazy("补偿"),
            shapes.CompensationForm,
            _compensate,
            gettext_lazy("在你的上限以内马上可以给，超过的等店长审批。"),
        ),
        Act("blame", gettext_lazy("定责任"), shapes.BlameForm, _blame, is_for_closed=True),
        Act(
            "move",
            gettext_lazy("改状态"),
            shapes.MoveForm,
            lambda call: handling.move_case(state=CaseState(call.data["state"]), **call.base),
        ),
        Act(
            "pass_on",
            gettext_lazy("转给同事"),
            shapes.PassOnForm,
            lambda call: handling.pass_case_on(
                to=call.data["to"], note=call.data["note"], **call.base
            ),
        ),
        Act(
            "escalate",
            gettext_lazy("升级"),
            shapes.ReasonForm,
            lambda call: handling.escalate_case(reason=call.data["reason"], **call.base),
        ),
        Act(
            "close",
            gettext_lazy("结束"),
            shapes.CloseCaseForm,
            lambda call: handling.close_case(resolution=call.data["resolution"], **call.base),
            gettext_lazy("这张售后单拦下的包裹会一起放行，回到待审单。"),
        ),
        Act(
            "reopen",
            gettext_lazy("重开"),
            shapes.ReasonForm,
            lambda call: handling.reopen_case(reason=call.data["reason"], **call.base),
            is_for_closed=True,
            is_for_open=False,
        ),
    )
}
