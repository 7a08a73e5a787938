"""One word a thing: class names are unique, and the pages for newcomers name what exists."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGES = ["CONTRIBUTING.md", "docs/glossary.md", "docs/reading-order.md", "docs/architecture.md"]
SPINE_LINES, STOPS = 3300, 12
HELD = re.compile(r"(?<![a-z])held(?![a-z])|Held(?![a-z])|(?<![A-Z])HELD(?![A-Z])")
OF_MAILS = (  # where mails are judged, kept and shown, "held" is a verdict
    "agent/mail/",
    "agent/domain/invitation.py",
    "agent/store/inbox/",
    "agent/store/database/schema/mail.py",
    "agent/store/people/tasks.py",
    "agent/cli/operation/mail.py",
    "agent/web/console/pages/mails.py",
    "agent/rehearsal/demo/security.py",
)
STORED = {  # words of before, in databases: how a visit ended, how a typed password was answered
    ("agent/visits/errors.py", 'code = "held"'),
    ("agent/visits/errors.py", 'code = "registrations_held"'),
    ("agent/web/console/pages/account.py", '_FAILURES = frozenset({"failed", "needs_human", "held", "rejected"})'),
    ("flows/sign_in/submitted_secrets.py", 'await self.close("held_back")'),
}


@cache
def classes() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for room in ("agent", "flows"):
        for file in (ROOT / room).rglob("*.py"):
            if file.is_relative_to(ROOT / "agent" / "web" / "api"):
                continue  # the documents of the API carry the names of its description
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    found[node.name].append(str(file.relative_to(ROOT)))
    return found


def test_no_two_public_classes_have_one_name() -> None:
    assert {name: files for name, files in classes().items() if len(files) > 1} == {}


def test_the_glossary_names_classes_that_exist() -> None:
    text = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([A-Z][A-Za-z]+)(?:\.\w+)?`", text))
    assert len(named) > 10
    assert named - set(classes()) == set()


def test_the_glossary_has_each_word_once_in_alphabetical_order() -> None:
    text = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    words = [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")][1:]
    assert words == sorted(set(words), key=str.lower)


def held() -> Iterator[tuple[str, str]]:
    for file in sorted(file for room in ("agent", "flows") for file in (ROOT / room).rglob("*")):
        name = str(file.relative_to(ROOT))
        if file.suffix in (".py", ".pyi", ".js", ".j2", ".toml") and not name.startswith(OF_MAILS):
            lines = file.read_text(encoding="utf-8").splitlines()
            yield from ((name, line.strip()) for line in lines if HELD.search(line))


def test_held_has_one_meaning_a_mail_that_waits_for_a_person() -> None:
    others = {(name, line) for name, line in held() if not re.search("mail|message", line, re.IGNORECASE)}
    assert others == STORED


@pytest.mark.parametrize("document", PAGES)
def test_every_path_that_a_page_for_newcomers_names_exists(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:agent|flows|fixtures|tests|selectors|docs|scripts)/[\w./]+)`", text))
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_spine_can_be_read_in_a_morning() -> None:
    text = (ROOT / "docs/reading-order.md").read_text(encoding="utf-8")
    files: list[Path] = []
    stops = re.findall(r"^\| \d+ \| (.*?) \|", text, re.MULTILINE)
    for stop in stops:
        folder = ROOT
        for path in re.findall(r"`([\w./]+\.py)`", stop):
            file = ROOT / path if (ROOT / path).exists() else folder / path
            folder = file.parent if "/" in path and (ROOT / path).exists() else folder
            files.append(file)
    assert len(stops) == STOPS
    assert [str(file) for file in files if not file.exists()] == []
    lines = sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files)
    assert lines <= SPINE_LINES
    told = re.search(r"^About ([\d,]+) lines", text, re.MULTILINE)
    assert told is not None
    assert abs(lines - int(told[1].replace(",", ""))) <= 100


def first_lines(file: Path) -> list[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)]
    return [(ast.get_docstring(node) or "").partition("\n")[0] for node in (tree, *nodes)]


def test_each_docstring_begins_with_one_line_of_at_most_80_characters() -> None:
    files = [file for room in ("agent", "flows", "fixtures") for file in (ROOT / room).rglob("*.py")]
    assert [f"{file.relative_to(ROOT)}: {line}" for file in files for line in first_lines(file) if len(line) > 80] == []


def test_every_function_at_which_a_stop_begins_is_there() -> None:
    text = (ROOT / "docs/reading-order.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \d+ \| (.*?) \| (.*?) \|", text, re.MULTILINE)
    assert len(rows) == STOPS
    for files, begins in rows:
        folder = (ROOT / re.findall(r"`([\w./]+\.py)`", files)[0]).parent
        found = [ROOT / one if (ROOT / one).exists() else folder / one for one in re.findall(r"`([\w./]+\.py)`", files)]
        trees = [ast.parse(file.read_text(encoding="utf-8")) for file in found]
        named = re.findall(r"`([\w.]+)`", begins)
        assert named
        assert [one for one in named if not any(has(tree, one) for tree in trees)] == []


def has(tree: ast.Module | ast.ClassDef, name: str) -> bool:
    """Whether it defines a function, or a class with a function, of this name."""
    first, _, rest = name.partition(".")
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and rest and node.name == first:
            return has(node, rest)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not rest and node.name == first:
            return True
    return False


RIDDLES = re.compile(r"\b(nobody|somebody|whoever|anybody|everybody)\b", re.IGNORECASE)


def prose(file: Path) -> Iterator[str]:
    """The docstrings and comments of a file; of a script the comments that have a line of their own."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".js":
        yield from (line for line in text.splitlines() if line.lstrip().startswith("//"))
        return
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    yield from (ast.get_docstring(node) or "" for node in ast.walk(ast.parse(text)) if isinstance(node, documented))
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


def test_docstrings_and_comments_say_who_or_what() -> None:
    """None "where nobody has said" makes a reader ask who; "not stated" does not."""
    files = [file for room in ("agent", "flows") for file in (ROOT / room).rglob("*") if file.suffix in (".py", ".js")]
    assert [f"{file.relative_to(ROOT)}: {text}" for file in files for text in prose(file) if RIDDLES.search(text)] == []
