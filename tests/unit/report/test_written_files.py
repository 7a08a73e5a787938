"""Pages, table files and notices that hold what a seller wrote: no markup, no formula, nothing that steers."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from agent.observe.notices import notices_of
from agent.pages import page_environment, page_text
from agent.printable import json_text
from agent.rehearsal.replay.report import as_junit
from agent.rehearsal.replay.run import Replayed
from agent.report.survey import survey_document, survey_html
from agent.report.survey_files import write_survey
from agent.store.processes.alarms import OpenAlarm
from agent.table_file import TableFile
from flows import ScreenSight, StageEnd
from tests.unit.cli.test_printable import FORGED, HOSTILE, steers

AT = datetime(2026, 1, 5, tzinfo=UTC)
MARKUP = "<script>alert(1)</script>\" onload='x' & <b>"
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u3000=1", "＝1+1", "\x00=1")
SIGHT = ScreenSight(
    stage="sign-in",
    screen="unknown",
    claim="",
    kind="",
    url=MARKUP,
    title=HOSTILE,
    alert=HOSTILE,
    adopted=False,
    near=(HOSTILE + MARKUP,),
    page="<p>kept</p>",
)


def document() -> dict[str, object]:
    ends = [StageEnd(stage="sign-in", said=HOSTILE + MARKUP, code="stuck")]
    return survey_document(account="A1", at=AT, ends=ends, sights=[SIGHT], drafts=[MARKUP])


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_a_table_file_is_a_formula_or_steers(formula: str) -> None:
    out = io.StringIO()
    TableFile(out).row([formula, HOSTILE, None])
    (cells,) = csv.reader(io.StringIO(out.getvalue()))
    assert (cells[0][0] in "=+-@＝", steers(out.getvalue()), cells[2]) == (False, [], "")
    assert len(out.getvalue().splitlines()) == 1


def test_no_text_is_markup_in_a_page() -> None:
    assert page_text(MARKUP + HOSTILE).count("<") == 0
    assert '"' not in page_text(MARKUP)
    assert steers(page_text(HOSTILE)) == []


def test_no_value_of_a_template_is_markup_or_steers(tmp_path: Path) -> None:
    (tmp_path / "a.html.j2").write_text('<p title="{{ one }}">{{ one }}{{ missing }}</p>')
    page = page_environment(tmp_path, nothing="–").get_template("a.html.j2").render(one=MARKUP + HOSTILE, missing=None)
    assert (page.count("<"), page.count('"'), steers(page), page.endswith("–</p>")) == (2, 2, [], True)


def test_no_file_of_a_survey_steers_or_holds_foreign_markup(tmp_path: Path) -> None:
    write_survey(tmp_path, document(), [SIGHT])
    for name in ("survey.json", "survey.html", "survey.txt", "unknown-1.json"):
        text = (tmp_path / name).read_text("utf-8")
        assert (name, steers(text), "forged" in text) == (name, [], True)
    assert "<script" not in (tmp_path / "survey.html").read_text("utf-8")
    assert not any(line.startswith(FORGED[:10]) for line in (tmp_path / "survey.txt").read_text("utf-8").splitlines())
    assert json.loads((tmp_path / "unknown-1.json").read_text("utf-8"))["title"] == HOSTILE
    assert survey_html(document()).count("<script") == 0


def test_a_notice_to_people_has_a_line_an_alarm_and_steers_nothing() -> None:
    alarm = OpenAlarm(key="mail:x", times=1, text=HOSTILE, since=AT)
    [notice] = notices_of([alarm, replace(alarm, key=f"y\n{FORGED}")])
    assert len(notice.body.splitlines()) == 2
    assert steers(notice.body + notice.title) == []
    assert "\n" not in notice.title


def test_the_junit_file_of_a_replay_can_be_read_and_steers_nothing() -> None:
    replayed = Replayed(name=HOSTILE, flow="accept", seconds=1.0, outcome="x", differences=(HOSTILE + MARKUP,))
    text = as_junit([replayed])
    suite = ElementTree.fromstring(text)  # noqa: S314 - our own
    case = suite.find("testcase")
    assert case is not None
    assert "alert(1)" in (case.findtext("failure") or "")
    assert steers(text) == []


def test_json_for_people_steers_nothing_and_says_the_same() -> None:
    text = json_text({"shop": HOSTILE, "größe": "日本"})
    assert (json.loads(text)["shop"], steers(text), "日本" in text) == (HOSTILE, [], True)
