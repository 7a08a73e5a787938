"""What came from pages and mails steers neither a terminal nor a log, a table file or a report."""

from __future__ import annotations

import csv
import io
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from rich.table import Table
from rich.text import Text

from agent.cli.context import end_with, fail
from agent.cli.output import print_document, print_fields, print_hanging, print_table, say, say_text, warn
from agent.domain.audit.document import unread_document
from agent.errors import Exit
from agent.observe.logs import configure_logs
from agent.printable import one_line, printable, printable_cell, printable_json
from agent.report.writer import Format, open_report
from agent.terminal import PrintableConsole

AT = datetime(2026, 1, 5, tzinfo=UTC)
FORGED = "2026-01-05T10:00:00Z ERROR forged"
HOSTILE = f"shop\x1b]0;PWNED\x07\x1b[2J\x9b31m\x00\u202eevil\u2066\u2028\r\n{FORGED}"
STEERING = ("\x1b", "\x07", "\x9b", "\x00", "\u202e", "\u2066", "\u2028", "\r")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def steers(text: str) -> list[str]:
    return [char for char in STEERING if char in text]


def test_what_steers_is_written_out_and_words_of_every_language_stay() -> None:
    assert printable("a\x1b[2Jb\x9bc\u202ed\te\nf") == "a\\x1b[2Jb\\x9bc\\u202ed\\te\\nf"
    assert printable("Größe 日本語 עברית 👍🏽", lines=True) == "Größe 日本語 עברית 👍🏽"
    assert one_line("two\n  lines\x1b") == "two lines\\x1b"


def test_all_of_c0_c1_and_the_marks_of_direction_are_written_out() -> None:
    marks = [*range(0x20), *range(0x7F, 0xA0), 0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
    marks += [0xAD, 0x34F, 0x115F, 0x180E, 0x200B, 0x2060, 0x3164, 0xFEFF, 0xFFA0, 0xE0041, 0xD800]
    assert [hex(code) for code in marks if chr(code) in printable(chr(code))] == []


def test_what_commands_print_steers_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    say(HOSTILE)
    warn(HOSTILE)
    print_table(["Shop"], [[HOSTILE]])
    print_document({"shop": HOSTILE})
    with pytest.raises(SystemExit):
        fail(HOSTILE, Exit.USAGE)
    said = capsys.readouterr()
    assert steers(said.out + said.err) == []
    assert said.err.splitlines()[-1].startswith("error: shop")


def test_a_line_break_in_a_value_makes_no_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    say("first", HOSTILE)
    warn(HOSTILE)
    print_fields([("shop", HOSTILE), ("reasons", [HOSTILE, HOSTILE])])
    print_table(["Shop"], [[HOSTILE]])
    PrintableConsole(sys.stdout).print(Text(HOSTILE), HOSTILE)
    said = capsys.readouterr()
    lines = (said.out + said.err).splitlines()
    assert [line for line in lines if line.lstrip().startswith(FORGED)] == []
    assert sum(FORGED in line for line in lines) == 7


def test_at_a_narrow_terminal_no_value_makes_a_line_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr("sys.stdout", stream)
    monkeypatch.setenv("COLUMNS", "60")
    print_fields([("shop", f"x\nstate:    {FORGED}")])
    print_table(["Shop", "other"], [[f"x\nstate:  {FORGED}", "y" * 60]])
    assert [line for line in stream.getvalue().splitlines() if line.startswith("state:")] == []


@pytest.mark.parametrize("columns", ["60", "79", "80", "81", "100", "120"])
def test_at_no_width_is_a_word_of_a_table_cut_or_broken(monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    stream = Terminal()
    monkeypatch.setattr("sys.stdout", stream)
    monkeypatch.setenv("COLUMNS", columns)
    row = ["A1", "customer-0001@users.example", "US", "A1MERCHANT0001", "complete", "awaiting_confirmation", "a b c"]
    print_table(["account", "user email", "marketplace", "merchant", "API", "authorization", "why"], [row])
    told = stream.getvalue()
    assert [word for word in row if word not in told] == []
    assert "\u2026" not in told


def test_a_table_whose_words_fit_stays_one_though_its_text_is_wrapped(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr("sys.stdout", stream)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    print_table(["when", "why"], [["2026-11-30T19:03:22Z", "expected one thing and found another " * 3]])
    assert stream.getvalue().splitlines()[0].split() == ["when", "\u2503", "why"]


def test_a_line_that_does_not_fit_goes_on_below_its_indent(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr("sys.stdout", stream)
    monkeypatch.setenv("COLUMNS", "40")
    print_hanging(Text("    next: " + "word " * 20), indent=4, whole=True)
    print_hanging(Text("    evidence: /" + "f" * 60), indent=4, whole=True)
    *lines, _, path = (line.rstrip() for line in stream.getvalue().splitlines())
    assert path.endswith("/" + "f" * 60)
    assert len(lines) > 2
    assert [line for line in lines if not line.startswith("    ") or len(line) > 40] == []


def test_the_traceback_that_debug_shows_steers_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        end_with(ValueError(HOSTILE), debug=True)
    said = capsys.readouterr().err
    assert ("Traceback" in said or "ValueError" in said, steers(said)) == (True, [])


def test_a_text_of_several_lines_keeps_them_and_steers_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    say_text(f"one\n\ttwo{HOSTILE}\n")
    said = capsys.readouterr().out
    assert said.startswith("one\n\ttwo")
    assert steers(said) == []


def test_a_terminal_gets_colours_but_no_codes_of_a_shop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    stream = Terminal()
    table = Table("Shop")
    table.add_row(Text(HOSTILE, style="red"))
    PrintableConsole(stream).print(table)
    shown = stream.getvalue()
    assert "\x1b[31m" in shown
    assert ("\x1b]0;" in shown, "\x1b[2J" in shown, "\x9b" in shown) == (False, False, False)


def test_json_says_the_same_and_steers_nothing() -> None:
    written = printable_json(json.dumps({"shop": HOSTILE + "\U000e0041"}, ensure_ascii=False))
    assert json.loads(written)["shop"] == HOSTILE + "\U000e0041"
    assert steers(written) == []


@pytest.mark.parametrize("format", list(Format))
def test_no_report_holds_what_steers(format: Format, tmp_path: Path) -> None:
    out = io.StringIO()
    document = unread_document(account="A1", user_email="a1@users.example", now=AT, reason=HOSTILE)
    report = open_report(format, out, evidence=tmp_path)
    report.begin()
    report.add(document)
    report.end()
    assert "forged" in out.getvalue()
    assert steers(out.getvalue()) == []


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u3000=1", "＝1+1"])
def test_no_cell_is_a_formula(formula: str) -> None:
    out = io.StringIO()
    csv.writer(out).writerow([printable_cell(formula)])
    (row,) = csv.reader(io.StringIO(out.getvalue()))
    assert row[0].startswith("'")


def test_a_value_forges_no_line_of_a_text_log() -> None:
    stream = io.StringIO()
    configure_logs(level="INFO", style="text", stream=stream)
    structlog.get_logger("x").info("visit.ended", why=f"x\n{FORGED}", shop=HOSTILE, other="a=b c")
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        structlog.get_logger("x").exception("visit.unexpected")
    lines = stream.getvalue().splitlines()
    assert [line for line in lines if line.startswith(FORGED[:10])] == []
    assert steers(stream.getvalue()) == []
    assert "other='a=b c'" in lines[0]
