"""The house stays one in which a stranger finds a line: files, functions and folders have a size."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
ROOMS = ("agent", "flows")
LONG_FILE, LONGEST_FILE, MOST_LONG_FILES = 300, 400, 4  # above 300 only scripts of a page, whose parts share a scope
LONGEST_FUNCTION = 55  # lines, with what it is given and its docstring
FULLEST_FOLDER = 15
FOLDERS_OF_MANY = {"agent/store/database/migrations/versions"}  # one file a revision


def files(*endings: str) -> list[Path]:
    found = (file for room in ROOMS for file in (ROOT / room).rglob("*") if file.suffix in endings)
    return [file for file in found if "__pycache__" not in file.parts]


def name(file: Path) -> str:
    return str(file.relative_to(ROOT))


def test_few_files_are_long_and_none_is_very_long() -> None:
    lines = {name(file): len(file.read_text(encoding="utf-8").splitlines()) for file in files(".py", ".js")}
    assert {file: count for file, count in lines.items() if count > LONGEST_FILE} == {}
    long = {file for file, count in lines.items() if count > LONG_FILE}
    assert {file for file in long if file.endswith(".py")} == set()
    assert len(long) <= MOST_LONG_FILES


def test_no_function_is_long() -> None:
    long = [
        f"{name(file)}:{node.lineno} {node.name}"
        for file in files(".py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []


def test_no_folder_is_full() -> None:
    count = Counter(
        name(file.parent) for file in files(".py", ".js", ".j2", ".html", ".pyi") if file.name != "__init__.py"
    )
    assert {folder for folder, many in count.items() if many > FULLEST_FOLDER} <= FOLDERS_OF_MANY


def test_no_folder_of_tests_is_full() -> None:
    count = Counter(name(file.parent) for file in (ROOT / "tests").rglob("*.py") if file.name != "__init__.py")
    assert {folder for folder, many in count.items() if many > FULLEST_FOLDER} == set()


LONGEST_LINE = 120  # columns; a regular expression of JavaScript is one word and stays whole
ONE_WORD = re.compile(r"""\s*(?:\w+ = )?(?:\{ (?:css = (?!.*, )|path = ))?("{1,3}|'{1,3})(?:(?!\1).)*\1(?: \})?,?""")
REGULAR_EXPRESSION = re.compile(r"^\s*!?/\S.*/[a-z]*[;,(.\w]*$")


def test_no_line_of_code_is_long() -> None:
    """ruff holds Python."""
    long = [
        f"{name(file)}:{number}"
        for file in files(".pyi", ".js", ".css", ".toml", ".j2", ".html")
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > LONGEST_LINE and not (file.suffix == ".js" and REGULAR_EXPRESSION.match(line))
    ]
    assert long == []


def test_no_line_of_the_catalogue_is_long_that_is_more_than_one_word() -> None:
    """A regular expression is one word, and so is a selector without a comma."""
    long = [
        f"{name(file)}:{number}"
        for file in (ROOT / "selectors").rglob("*.toml")
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > LONGEST_LINE and not ONE_WORD.fullmatch(line)
    ]
    assert long == []


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ('  "(a|b), c",', True),
        ('onboarding = { path = "^/sw/" }', True),
        ('  "a", "b",', False),
        ('  { css = "a, b" },', False),
        ('sign = "a" # said', False),
        ("# said", False),
    ],
)
def test_words_and_lists_of_them_are_told_apart(line: str, is_one: bool) -> None:
    assert bool(ONE_WORD.fullmatch(line)) is is_one


def test_no_constant_is_left_that_no_line_reads() -> None:
    code = {file: file.read_text(encoding="utf-8") for file in files(".py", ".pyi", ".j2")}
    words = Counter(word for text in code.values() for word in re.findall(r"\w+", text))
    unread = [
        f"{name(file)}:{node.lineno} {target.id}"
        for file, text in code.items()
        if file.suffix == ".py" and not FOLDERS_OF_MANY & {name(file.parent)}
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and words[target.id] == 1 and not target.id.startswith("__")
    ]
    assert unread == []


def test_the_folder_of_selectors_holds_data_alone() -> None:
    assert (
        list((ROOT / "selectors").rglob("*.py")) == []
    )  # an __init__.py there would hide the standard library's module


def test_the_root_of_the_selectors_is_told_in_one_place() -> None:
    texts = {name(file): file.read_text(encoding="utf-8") for file in files(".py")}
    assert [file for file, text in texts.items() if '/ "selectors"' in text] == ["flows/data_files.py"]


def test_no_test_knows_how_a_recorded_page_is_kept() -> None:
    """The form of these files changed once, and tests with their own reading of it failed unseen."""
    texts = [(file, file.read_text(encoding="utf-8")) for file in (ROOT / "tests").rglob("*.py")]
    assert [file for file, text in texts if f'"fixtures" / "{"pages"}"' in text] == []


QUERIES = {"execute", "exec_driver_sql", "scalar", "scalars"}  # what runs SQL on a connection


@pytest.mark.parametrize(
    ("rule", "places"),
    [
        ("A[A-Z0-9]{", ["flows/marketplaces.py"]),  # the form of an id of Amazon's
        (
            ".is_loopback",
            ["agent/outbox/address_guard.py", "flows/browser/network.py"],
        ),  # of a resolved address, of a text
        ("fromisoformat(start", ["agent/settings/text_forms.py"]),  # hours
        ("neither a password nor oauth", ["agent/mail/imap/connection/auth.py"]),
        ("only one of {", ["agent/settings/model.py"]),  # vault keys
        ("getuser(", ["agent/cli/context.py"]),
        ("visits_per_host_minute", ["agent/settings/groups/visits.py", "agent/visits/guards/rates.py"]),
        ("visits_per_account_day", ["agent/settings/groups/visits.py", "agent/visits/guards/rates.py"]),
    ],
    ids=["merchant id", "loopback", "hours", "mailbox secret", "vault key", "who", "rates of a minute", "cap of a day"],
)
def test_one_rule_stands_in_one_place(rule: str, places: list[str]) -> None:
    assert sorted(name(file) for file in files(".py") if rule in file.read_text(encoding="utf-8")) == places


def test_every_query_is_in_the_store() -> None:
    """import-linter holds the library and the tables in the store; this holds the calls there."""
    asking = [
        f"{name(file)}:{node.lineno}"
        for file in files(".py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in QUERIES and not name(file).startswith("agent/store/")
    ]
    assert asking == []
