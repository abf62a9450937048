import json
from io import StringIO

import pytest
from django.core.management import call_command

from tests.promotions.rules.vectors import FREIGHT_VECTORS, SINCE, TEMPLATES, VECTORS, line

pytestmark = pytest.mark.django_db


def run(tmp_path, document):
    file = tmp_path / "basket.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document))
    out, err = StringIO(), StringIO()
    try:
        call_command("quote", str(file), json=True, stdout=out, stderr=err)
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    return code, json.loads(out.getvalue())


@pytest.mark.parametrize("vector", VECTORS, ids=lambda one: one.name)
def test_a_published_example_comes_out_of_the_command(tmp_path, vector):
    code, answer = run(tmp_path, vector.document)

    assert (code, answer["total"]) == (0, vector.total)
    if vector.lines:
        assert [one["pay"] for one in answer["lines"]] == vector.lines
    for benefit, off in vector.off.items():
        assert [one["off"] for one in answer["lines"][0]["shares"] if one["code"] == benefit] == [
            off
        ]


@pytest.mark.parametrize(("name", "lines", "freight"), FREIGHT_VECTORS)
def test_a_published_freight_comes_out_of_the_command(tmp_path, name, lines, freight):
    code, answer = run(tmp_path, {"at": SINCE, "lines": lines, "templates": TEMPLATES})

    assert (code, answer["freight"]) == (0, freight), name


def test_the_answer_has_the_promised_keys_and_names_its_rules(tmp_path):
    _code, answer = run(tmp_path, VECTORS[0].document)

    assert answer.keys() >= {"total", "freight", "lines", "steps", "rules"}
    assert answer["lines"][0].keys() >= {"sku", "pay", "shares"}
    assert answer["steps"][-1].keys() >= {"code", "level", "text", "off", "running"}
    assert {"L2", "SH1", "SH2"} <= set(answer["rules"])


def test_a_raise_under_the_sequential_basis_is_a_finding_of_the_answer(tmp_path):
    packet = next(one for one in VECTORS if one.name == "V21 with a red packet at B")

    _code, answer = run(tmp_path, packet.document)

    assert answer["findings"] == [
        {"code": "raises", "benefit": "packet", "with": "555.00", "without": "540.00"}
    ]


def basket(**more):
    return {"at": SINCE, "lines": [line("A", "100", 2)], "benefits": [], **more}


def benefit(**more):
    return basket(benefits=[{"code": "x", **more}])


REFUSED = [
    ("not json", "JSON"),
    ([], "JSON 对象"),
    (basket(lines=[]), "至少要有一行"),
    (basket(at="yesterday"), "at"),
    (basket(lines=[line("A", "0")]), "大于 0"),
    (basket(lines=[line("A", "-5")]), "大于 0"),
    (basket(lines=[line("A", "1.234")]), "price"),
    (basket(lines=[line("A", "NaN")]), "price"),
    (basket(lines=[line("A", "10", 0)]), "件数"),
    (basket(lines=[line("A", "10", 1.5)]), "件数"),
    (basket(lines=[line("A", "10"), line("A", "11")]), "两次"),
    (basket(lines=[line("", "10")]), "sku"),
    (basket(lines=[line("A", "10", template="Z")]), "模板"),
    (basket(audience=["king"]), "king"),
    (benefit(kind="magic"), "magic"),
    (benefit(kind="coupon", off="10"), "threshold"),
    (benefit(kind="coupon", threshold="10", off="10"), "门槛"),
    (benefit(kind="coupon", threshold="100", off="-1"), "大于 0"),
    (benefit(kind="official", rate="15"), "0 和 1"),
    (benefit(kind="multi_rate", pieces=0, rate="0.9"), "pieces"),
    (benefit(kind="cross", off="5"), "per"),
    (benefit(kind="item_off", off="x"), "金额"),
    (benefit(kind="official", rule="IT4", off="99.00"), "只能减"),
    (basket(benefits=[{"kind": "item_off", "off": "1"}]), "code"),
    (basket(benefits=[{"code": "x", "kind": "item_off", "off": "1"}] * 2), "x"),
]


@pytest.mark.parametrize(("document", "word"), REFUSED)
def test_bad_input_is_refused_with_what_is_wrong(tmp_path, document, word):
    code, answer = run(tmp_path, document)

    assert code == 1
    assert word in answer["error"]


def test_a_file_that_is_not_there_is_refused(tmp_path):
    out = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("quote", str(tmp_path / "none.json"), json=True, stdout=out, stderr=out)

    assert end.value.code == 1


def test_the_same_sku_twice_is_one_sub_order(tmp_path):
    _code, answer = run(tmp_path, basket(lines=[line("A", "100"), line("A", "100")]))

    assert [(one["sku"], one["pay"]) for one in answer["lines"]] == [("A", "200.00")]
