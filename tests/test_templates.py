"""Laws that every template keeps; read from the files, so that a page nobody opened is held too."""

import json
import re
from pathlib import Path

import pytest
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
ICONS = set(json.loads((ROOT / "shopops" / "assets" / "icons.json").read_text("utf-8")))
NAMES = [str(path.relative_to(ROOT / "templates")) for path in TEMPLATES]


@pytest.mark.parametrize("name", NAMES)
def test_a_template_compiles(name):
    get_template(name)


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_a_template_needs_no_inline_style_or_script(path):
    text = path.read_text("utf-8")

    assert not re.search(r"<[^>]*\sstyle\s*=", text)
    assert not re.search(r"<style\b", text)
    assert not re.search(r"\s(on[a-z]+|hx-on[:\w-]*)\s*=\s*[\"']", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_a_template_draws_only_icons_that_are_in_the_sprite(path):
    drawn = re.findall(
        r"{%\s*icon\s+\"([a-z0-9-]+)\"|\bicon=\"([a-z0-9-]+)\"", path.read_text("utf-8")
    )

    assert {first or second for first, second in drawn} <= ICONS


def test_the_icons_of_the_menu_are_in_the_sprite():
    places = (ROOT / "shopops" / "places.py").read_text("utf-8")

    icons = re.findall(r"Group\(\s*\"[a-z]+\",\s*_\(\"[^\"]+\"\),\s*\"([a-z0-9-]+)\"", places)

    assert icons
    assert set(icons) <= ICONS


@pytest.mark.parametrize("app", ["shopops", "products", "orders", "crm", "promotions", "analytics"])
def test_the_icons_that_views_name_are_in_the_sprite(app):
    texts = [path.read_text("utf-8") for path in sorted((ROOT / app).rglob("views/*.py"))]

    assert {
        name for text in texts for name in re.findall(r"\bicon=\"([a-z0-9-]+)\"", text)
    } <= ICONS


def test_every_loose_part_says_what_it_takes():
    parts = [path for path in TEMPLATES if path.parent.name == "components"]

    silent = [path.name for path in parts if "{% comment %}" not in path.read_text("utf-8")]

    assert silent == []
