"""What each audit rule is set by: names, kinds and start values of its parameters. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any

from orders.choices import AuditRuleCode, Flag, HoldKind, KeywordAct


class ParameterKind(Enum):
    """How a parameter is written down and entered."""

    COUNT = "count"
    MINUTES = "minutes"
    DAYS = "days"
    AMOUNT = "amount"
    TOLERANCE = "tolerance"
    CLOCK = "clock"
    WORDS = "words"
    SWITCH = "switch"
    FLAG_ACTS = "flag_acts"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value that a rule is set by."""

    name: str
    kind: ParameterKind
    start: Any


class ParameterError(ValueError):
    """A value that a rule cannot work with. `name` is the parameter's."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


PARAMETERS: dict[AuditRuleCode, tuple[Parameter, ...]] = {
    AuditRuleCode.ACTIVE_HOURS: (
        Parameter("from", ParameterKind.CLOCK, "08:00"),
        Parameter("to", ParameterKind.CLOCK, "23:00"),
    ),
    AuditRuleCode.COOL_DOWN: (Parameter("minutes", ParameterKind.MINUTES, 10),),
    AuditRuleCode.UNPAID_BALANCE: (),
    AuditRuleCode.MAX_AMOUNT: (Parameter("amount", ParameterKind.AMOUNT, "2000.00"),),
    AuditRuleCode.MAX_PIECES: (Parameter("count", ParameterKind.COUNT, 20),),
    AuditRuleCode.MAX_KINDS: (Parameter("count", ParameterKind.COUNT, 10),),
    AuditRuleCode.EXCLUDED_SKUS: (Parameter("codes", ParameterKind.WORDS, []),),
    AuditRuleCode.UNKNOWN_CODE: (),
    AuditRuleCode.RECEIVER_COMPLETE: (),
    AuditRuleCode.REGION_SERVED: (Parameter("provinces", ParameterKind.WORDS, []),),
    AuditRuleCode.BLACK_LIST: (),
    AuditRuleCode.BUYER_MESSAGE: (),
    AuditRuleCode.MEMO: (Parameter("hold_unmatched", ParameterKind.SWITCH, start=True),),
    AuditRuleCode.FLAGS: (Parameter("acts", ParameterKind.FLAG_ACTS, {}),),
    AuditRuleCode.MERGEABLE: (Parameter("wait_minutes", ParameterKind.MINUTES, 30),),
    AuditRuleCode.PRESALE_NOT_DUE: (Parameter("days_ahead", ParameterKind.DAYS, 1),),
    AuditRuleCode.LOW_PRICE: (
        Parameter("tolerance", ParameterKind.TOLERANCE, "0.01"),
        Parameter("below_lowest", ParameterKind.SWITCH, start=True),
        Parameter("hold_unknown", ParameterKind.SWITCH, start=False),
        # Needs the shop's freight templates to be complete.
        Parameter("below_freight", ParameterKind.SWITCH, start=False),
    ),
}

# A shop begins with these, in this order. Automatic audit itself waits for a person to switch it on.
START_RULES: tuple[tuple[AuditRuleCode, bool], ...] = (
    (AuditRuleCode.ACTIVE_HOURS, False),
    (AuditRuleCode.COOL_DOWN, True),
    (AuditRuleCode.UNPAID_BALANCE, True),
    (AuditRuleCode.PRESALE_NOT_DUE, True),
    (AuditRuleCode.UNKNOWN_CODE, True),
    (AuditRuleCode.RECEIVER_COMPLETE, True),
    (AuditRuleCode.BLACK_LIST, True),
    (AuditRuleCode.BUYER_MESSAGE, True),
    (AuditRuleCode.MEMO, True),
    (AuditRuleCode.MAX_AMOUNT, True),
    (AuditRuleCode.MAX_PIECES, True),
    (AuditRuleCode.LOW_PRICE, True),
    (AuditRuleCode.MERGEABLE, True),
)


# And with the words that buyers use most: (words, unless, act, value). "No hurry" is no hurry.
START_KEYWORDS: tuple[tuple[tuple[str, ...], tuple[str, ...], KeywordAct, str], ...] = (
    (
        ("改地址", "换地址", "地址错", "改收货"),
        (),
        KeywordAct.HOLD,
        HoldKind.ADDRESS_CHANGED,
    ),
    (("先别发", "暂时不发", "晚点发", "等我通知"), (), KeywordAct.HOLD, HoldKind.BUYER_MESSAGE),
    (("尽快", "加急", "急用", "快点发"), ("不急", "不着急"), KeywordAct.URGENT, ""),
    (("谢谢", "辛苦", "好评"), (), KeywordAct.PASS, ""),
)


def start_parameters(code: AuditRuleCode) -> dict[str, Any]:
    """Give the values that a new rule begins with."""
    return {one.name: one.start for one in PARAMETERS[code]}


def checked(code: AuditRuleCode, values: Mapping[str, Any]) -> dict[str, Any]:
    """Give a rule's parameters in the form in which they are stored.

    :raises ParameterError: if one is missing or senseless
    """
    return {one.name: _checked(one, values.get(one.name)) for one in PARAMETERS[code]}


def _checked(parameter: Parameter, value: Any) -> Any:  # noqa: ANN401
    try:
        return _CHECKS[parameter.kind](value)
    except (TypeError, ValueError, InvalidOperation) as error:
        raise ParameterError(parameter.name) from error


def _count(value: Any) -> int:  # noqa: ANN401
    number = int(value)
    if not 0 < number <= 100_000:
        raise ValueError(number)
    return number


def _days(value: Any) -> int:  # noqa: ANN401
    number = int(value)
    if not 0 <= number <= 60:
        raise ValueError(number)
    return number


def _amount(value: Any) -> str:  # noqa: ANN401
    amount = Decimal(str(value)).quantize(Decimal("0.01"))
    if amount <= 0:
        raise ValueError(amount)
    return str(amount)


def _tolerance(value: Any) -> str:  # noqa: ANN401
    amount = Decimal(str(value)).quantize(Decimal("0.01"))
    if not 0 <= amount <= 100:
        raise ValueError(amount)
    return str(amount)


def _words(value: Any) -> list[str]:  # noqa: ANN401
    words = [str(one).strip() for one in value]
    words = list(dict.fromkeys(one for one in words if one))
    if not words:
        raise ValueError(words)
    return words


def _flag_acts(value: Any) -> dict[str, str]:  # noqa: ANN401
    known = {str(flag.value) for flag in Flag if flag}
    acts = {str(flag): str(act) for flag, act in dict(value).items() if act}
    if not acts or set(acts) - known or set(acts.values()) - {KeywordAct.HOLD, KeywordAct.URGENT}:
        raise ValueError(acts)
    return acts


_CHECKS: dict[ParameterKind, Callable[[Any], Any]] = {
    ParameterKind.COUNT: _count,
    ParameterKind.MINUTES: _count,
    ParameterKind.DAYS: _days,
    ParameterKind.AMOUNT: _amount,
    ParameterKind.TOLERANCE: _tolerance,
    ParameterKind.CLOCK: lambda value: time.fromisoformat(str(value)).strftime("%H:%M"),
    ParameterKind.WORDS: _words,
    ParameterKind.SWITCH: bool,
    ParameterKind.FLAG_ACTS: _flag_acts,
}
