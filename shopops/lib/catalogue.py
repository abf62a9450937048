"""The texts of the product: which must be translated, and which Chinese texts nobody marked.

The msgid is the Chinese text itself. Python is read by its syntax tree, templates as Django's own
`makemessages` does; neither needs the gettext programs.
"""

import ast
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import cast

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po
from django.template.base import Lexer, TokenType
from django.utils.translation.template import templatize

PACKAGES = ("shopops", "products", "orders", "crm", "promotions", "analytics")
# The full-width plus is a sign, not a word.
CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff01-\uff0a\uff0c-\uff5e]")
# Name and type of a placeholder; how it is padded is the language's own affair.
_PLACEHOLDER = re.compile(
    r"%(?:\((?P<name>\w+)\))?[-#0 +.\d]*(?P<type>[sdifg%])|\{(?P<key>\w*)[^{}]*\}"
)
# Function name: places of msgctxt (or None), msgid, plural (or None).
_CALLS: dict[str, tuple[int | None, int, int | None]] = {
    **dict.fromkeys(("_", "_l", "gettext", "gettext_lazy", "gettext_noop"), (None, 0, None)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (None, 0, 1)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), (0, 1, None)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), (0, 1, 2)),
}
_KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


_MARKED_CONSTANT = re.compile(r"""(?:_\(\s*|trans\s+|translate\s+|context\s+)(?:"[^"]*"|'[^']*')""")


@dataclass(frozen=True, slots=True, order=True)
class Text:
    """One text that must be translated. `plural` and `context` are empty where there is none."""

    msgid: str
    plural: str = ""
    context: str = ""


@dataclass(frozen=True, slots=True)
class Unmarked:
    """A Chinese text in Python that no translation function surrounds; `{}` where figures go."""

    path: str
    line: int
    text: str


@dataclass(slots=True)
class Texts:
    """All texts with the files that they stand in."""

    places: dict[Text, set[str]] = field(default_factory=dict)

    def add(self, text: Text, path: str) -> None:
        """Note that `text` stands in `path`."""
        self.places.setdefault(text, set()).add(path)


# --- finding -------------------------------------------------------------------------------------


def python_files(root: Path) -> Iterator[Path]:
    """Give the product's own modules, without migrations."""
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def texts_of(root: Path) -> Texts:
    """Find every text that Python and templates mark for translation."""
    texts = Texts()
    for path in python_files(root):
        for text in _marked(ast.parse(path.read_text())):
            texts.add(text, path.relative_to(root).as_posix())
    for path in sorted((root / "templates").rglob("*.html")):
        for text in _of_template(path.read_text()):
            texts.add(text, path.relative_to(root).as_posix())
    return texts


def unmarked_of(path: Path, *, root: Path) -> list[Unmarked]:
    """Find the Chinese literals of a module outside translation calls and docstrings."""
    tree = ast.parse(path.read_text())
    handled = set(_handled(tree))
    name = path.relative_to(root).as_posix()
    found = []
    for node in ast.walk(tree):
        if id(node) in handled:
            continue
        shown = _shown(node)
        if CHINESE.search(shown):
            found.append(Unmarked(name, getattr(node, "lineno", 0), shown))
    return found


def unmarked_in_template(path: Path, *, root: Path) -> list[Unmarked]:
    """Find the Chinese in a template outside translation tags, `_("…")` and comments."""
    name = path.relative_to(root).as_posix()
    found, closing = [], ""
    for token in Lexer(path.read_text()).tokenize():
        word = token.contents.split(" ", 1)[0].strip()
        is_block = token.token_type == TokenType.BLOCK
        if closing:
            closing = "" if is_block and word.startswith(closing) else closing
        elif is_block and word.startswith(("comment", "blocktrans")):
            closing = f"end{word}"
        elif token.token_type != TokenType.COMMENT:
            text = _MARKED_CONSTANT.sub("", token.contents)
            if CHINESE.search(text):
                found.append(Unmarked(name, token.lineno or 0, text.strip()))
    return found


def _shown(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
        )
    return ""


def _handled(tree: ast.AST) -> Iterator[int]:
    """Give the nodes not to look at: texts inside marks, docstrings, the pieces of f-strings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in _CALLS:
            yield from (id(inner) for argument in node.args for inner in ast.walk(argument))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield id(node.value)
        elif isinstance(node, ast.JoinedStr):
            yield from (id(part) for part in node.values)


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""


def _marked(tree: ast.AST) -> Iterator[Text]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (places := _CALLS.get(_name(node.func))):
            context, msgid, plural = (_argument(node, place) for place in places)
            if msgid:
                yield Text(msgid, plural, context)


def _argument(call: ast.Call, place: int | None) -> str:
    if place is None or place >= len(call.args):
        return ""
    argument = call.args[place]
    is_text = isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    return str(argument.value) if is_text else ""  # type: ignore[attr-defined]


def _of_template(source: str) -> Iterator[Text]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        code = "\n".join(line.strip() for line in templatize(source).splitlines())
    for _line, function, found, _comments in extract_python(
        BytesIO(code.encode()), dict.fromkeys(_KEYWORDS), (), {"encoding": "utf-8"}
    ):
        one_or_more = cast("str | Sequence[str]", found)
        words = [one_or_more] if isinstance(one_or_more, str) else list(one_or_more)
        context = words.pop(0) if function in {"pgettext", "npgettext"} else ""
        plural = words[1] if function in {"ngettext", "npgettext"} else ""
        if words[0]:
            yield Text(words[0], plural, context)


# --- the catalogue -------------------------------------------------------------------------------


def po_path(root: Path, language: str = "en") -> Path:
    """Give the file of a language's translations."""
    return root / "shopops" / "locale" / language / "LC_MESSAGES" / "django.po"


def read(path: Path, language: str = "en") -> Catalog:
    """Read translations; an empty catalogue if there is no file yet."""
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def updated(old: Catalog, texts: Texts) -> Catalog:
    """Give a catalogue of exactly `texts` with the translations that `old` has of them."""
    catalog = Catalog(locale=old.locale, project="ShopOps", fuzzy=False)
    for text in sorted(texts.places, key=lambda one: (min(texts.places[one]), one)):
        message = _find(old, text)
        catalog.add(
            (text.msgid, text.plural) if text.plural else text.msgid,
            message.string if message is not None else None,
            locations=[(path, 0) for path in sorted(texts.places[text])],
            context=text.context or None,
        )
    return catalog


def write(path: Path, catalog: Catalog) -> None:
    """Write a catalogue, without dates and versions, which would change it each time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=100, omit_header=True, include_lineno=False)
    body = path.read_text()
    path.write_text(_HEADER + body)


_HEADER = """# English. The msgid is the Chinese text; `manage.py catalogue` keeps this file in step.
msgid ""
msgstr ""
"Language: en\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""


def faults(catalog: Catalog, texts: Iterable[Text]) -> list[str]:
    """Name what is wrong with a language: missing, fuzzy, left in Chinese, other placeholders."""
    found = []
    for text in sorted(texts):
        message = _find(catalog, text)
        fault = "missing" if message is None else _fault(text, message)
        if fault:
            found.append(f"{fault}: {text.msgid}")
    return found


def _find(catalog: Catalog, text: Text) -> Message | None:
    message = catalog.get(text.msgid, text.context or None)
    if message is None or bool(text.plural) != isinstance(message.id, tuple):
        return None
    return message


def _fault(text: Text, message: Message) -> str:
    forms = _forms(message)
    if message.fuzzy:
        return "fuzzy"
    if not forms or not all(forms):
        return "missing"
    if any(CHINESE.search(form) for form in forms if form not in _SAME):
        return "not English"
    wanted = _placeholders(text.msgid)
    # "1 order" needs no figure, so the singular may do without.
    if _placeholders(forms[-1]) != wanted:
        return "other placeholders"
    return "" if _placeholders(forms[0]) <= wanted else "other placeholders"


def _forms(message: Message) -> list[str]:
    """Give the singular and the plural of a translation, or its only form."""
    if isinstance(message.string, str):
        return [message.string]
    return list(message.string or [])


def _placeholders(text: str) -> set[tuple[str, ...]]:
    return {place.groups("") for place in _PLACEHOLDER.finditer(text)}


# Names of languages and signs that stay as they are.
_SAME = {"简体中文", "中文"}
