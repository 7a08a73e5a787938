"""What leaves to a terminal, a log, a table file or a page leaves by one door each, which makes it harmless."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
DOORS: dict[str, set[str]] = {  # what writes or escapes: the only files that call it
    "print": set(),
    "pprint.pprint": set(),
    "rich.print": set(),
    "typer.echo": {"agent/cli/output.py"},
    "typer.secho": set(),
    "click.echo": set(),
    "click.secho": set(),
    "sys.stdout.write": set(),
    "sys.stderr.write": set(),
    "sys.stdout.writelines": set(),
    "sys.stderr.writelines": set(),
    "traceback.print_exc": set(),
    "traceback.print_exception": set(),
    "traceback.print_stack": set(),
    "warnings.warn": set(),
    "rich.console.Console": set(),  # agent/terminal.py makes one of its own of it
    "agent.terminal.PrintableConsole": {"agent/cli/output.py", "agent/report/as_text.py"},
    "logging.StreamHandler": {"agent/observe/logs.py"},
    "csv.writer": {"agent/table_file.py"},
    "csv.DictWriter": set(),
    "jinja2.Environment": {"agent/pages.py", "flows/permissions/explain/sheet.py"},  # the sheet is only ever a picture
    "jinja2.Template": set(),
    "html.escape": {"agent/pages.py", "flows/redaction/written_forms.py"},
    "markupsafe.escape": {"agent/web/console/render.py"},
    "markupsafe.Markup": {"agent/pages.py", "agent/web/console/pages/charts.py", "agent/web/console/render.py"},
    "xml.sax.saxutils.escape": {"agent/report/as_junit.py"},
    "xml.sax.saxutils.quoteattr": {"agent/report/as_junit.py"},
}
FOR_PEOPLE = ("agent/cli", "agent/report", "agent/rehearsal")  # their JSON is read on terminals


def sources() -> Iterator[tuple[str, ast.Module]]:
    for room in ("agent", "flows"):
        for file in sorted((ROOT / room).rglob("*.py")):
            yield str(file.relative_to(ROOT)), ast.parse(file.read_text(encoding="utf-8"))


def imported(module: ast.Module) -> dict[str, str]:
    """Each name that an import binds, with what it stands for."""
    names: dict[str, str] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names |= {
                each.asname or each.name.split(".")[0]: (each.asname and each.name) or each.name.split(".")[0]
                for each in node.names
            }
        elif isinstance(node, ast.ImportFrom):
            names |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
    return names


def called(module: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Every call with the full name of what is called, as far as the imports tell."""
    names = imported(module)
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            first, dot, rest = ast.unparse(node.func).partition(".")
            yield f"{names.get(first, first)}{dot}{rest}", node


def test_each_way_out_has_one_door() -> None:
    users: dict[str, set[str]] = defaultdict(set)
    for file, module in sources():
        for name, _ in called(module):
            if name in DOORS:
                users[name].add(file)
    assert {name: users[name] for name in DOORS} == DOORS


def test_json_that_people_read_on_a_terminal_has_one_door() -> None:
    around = [
        f"{file}:{call.lineno}"
        for file, module in sources()
        if file.startswith(FOR_PEOPLE)
        for name, call in called(module)
        if name in ("json.dumps", "json.dump") and any(each.arg == "ensure_ascii" for each in call.keywords)
    ]
    assert around == []


def test_no_template_takes_a_text_for_markup() -> None:
    rooms = [ROOT / "agent", ROOT / "flows"]
    told = {
        str(file.relative_to(ROOT))
        for room in rooms
        for file in room.rglob("*.j2")
        if "|safe" in (text := file.read_text("utf-8").replace(" ", "")) or "autoescapefalse" in text
    }
    assert told == set()
