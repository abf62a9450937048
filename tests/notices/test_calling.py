"""Handing a text to an address: what is known of it afterwards, and that the address stays a secret."""

import logging
import socket

import pytest

from shopops.notices import calling
from shopops.notices.calling import Fate
from tests.receiver import receiving

SECRET = "0123456789abcdef"


class Heard(logging.Handler):
    """All that reaches the handlers of the process, whatever level it has."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


@pytest.fixture
def log():
    """Listen at the root, where every handler of an installation stands, at the lowest level."""
    root, heard = logging.getLogger(), Heard()
    level = root.level
    root.addHandler(heard)
    root.setLevel(logging.DEBUG)
    yield heard.lines
    root.setLevel(level)
    root.removeHandler(heard)


def test_a_text_that_is_taken_is_told_with_the_answer():
    with receiving() as to:
        answer = calling.call(to.address(), title="棉语家纺 日报", body="支付金额：¥1.00")

    assert answer.fate is Fate.TAKEN
    assert '{"errcode": 0}' in answer.words
    assert to.taken[0]["message"] == "支付金额：¥1.00"


def test_an_error_is_a_refusal_in_the_words_of_the_other_side():
    with receiving() as to:
        to.status, to.body = 403, "key is not valid"
        answer = calling.call(to.address(), title="a", body="b")

    assert (answer.fate, answer.words) == (Fate.REFUSED, "对方回答 403：key is not valid")


def test_an_answer_that_refuses_under_http_200_is_a_refusal():
    with receiving() as to:
        to.body = '{"errcode": 310000, "errmsg": "keywords not in content"}'
        answer = calling.call(to.address(), title="a", body="b")

    assert answer.fate is Fate.REFUSED
    assert "keywords not in content" in answer.words


@pytest.mark.parametrize(
    ("schema", "body", "refused"),
    [
        ("dingtalk", '{"errcode": 0, "errmsg": "ok"}', False),
        ("dingtalk", '{"errcode": 310000}', True),
        ("wecombot", '{"errcode": 93000}', True),
        ("feishu", '{"StatusCode": 0, "code": 0}', False),
        ("feishu", '{"code": 19024, "msg": "Key Words Not Found"}', True),
        ("json", '{"code": 200}', False),
        ("json", "ok", False),
        ("json", "[1]", False),
    ],
)
def test_the_body_of_an_answer_refuses_as_each_service_does(schema, body, refused):
    assert calling.says_no(schema, body) is refused


def test_nobody_at_the_port_is_a_refusal_and_not_a_doubt():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    answer = calling.call(f"json://127.0.0.1:{port}/x", title="a", body="b")

    assert (answer.fate, answer.words) == (Fate.REFUSED, calling.NO_CONNECTION)


def test_a_connection_that_breaks_off_after_the_text_is_a_doubt():
    with receiving() as to:
        to.breaks_off = True
        answer = calling.call(to.address(), title="a", body="b")

    assert (answer.fate, answer.words) == (Fate.UNKNOWN, calling.NO_ANSWER)
    assert len(to.taken) == 1


def test_what_is_no_address_is_said_without_the_address(log):
    with pytest.raises(calling.NotAnAddressError) as refused:
        calling.service_of(f"nowhere://{SECRET}")

    assert SECRET not in str(refused.value)
    assert not [line for line in log if SECRET in line]


def test_neither_log_nor_answer_gives_an_address_away(log):
    with receiving() as to:
        to.status, to.body = 500, f"no such hook {SECRET}"
        answer = calling.call(to.address(), title="a", body="b")

    assert not [line for line in log if SECRET in line]
    assert answer.words == "对方回答 500：no such hook ***"


@pytest.mark.parametrize(
    ("address", "schema"),
    [
        ("https://oapi.dingtalk.com/robot/send?access_token=" + "a1" * 32, "dingtalk"),
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=" + SECRET * 2, "wecombot"),
        ("feishu://" + SECRET, "feishu"),
        ("https://open.feishu.cn/open-apis/bot/v2/hook/0a1b2c3d-1111-4222-8333", "feishu"),
        ("mailtos://ning:pass-word@smtp.example.com?to=boss@example.com", "mailtos"),
    ],
)
def test_addresses_of_the_usual_services_are_known(address, schema):
    service = calling.service_of(address)

    assert service.schema == schema
    assert len(service.hint) <= 4
    assert service.takes_files is (schema == "mailtos")
