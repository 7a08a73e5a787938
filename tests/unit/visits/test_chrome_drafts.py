"""What an incomplete audit did not understand becomes drafts of chrome, but never what is about rows."""

from __future__ import annotations

from typing import Any, cast

import pytest
from sqlalchemy.engine import Engine

from agent.domain.audit.document import AuditDocument
from agent.store.database.engine import reading, writing
from agent.store.people import drafts
from agent.visits.kinds import chrome_drafts
from flows.catalogue.adopted import Adopted, AdoptedKind, lay_under
from flows.catalogue.load import load_catalogue
from tests.support.stored.registry import NOW

WHERE = "div#shell > div.promo"


def gap(words: str, *, kind: str = "banner", where: str = WHERE) -> dict[str, Any]:
    return {"kind": kind, "words": words, "where": where, "picture": None}


def keep(engine: Engine, *gaps: dict[str, Any], verdict: str = "incomplete", layout: str = "unified") -> int:
    document = cast("AuditDocument", {"verdict": verdict, "layout": layout, "gaps": list(gaps)})
    with writing(engine) as conn:
        return chrome_drafts.keep(conn, document, account_id="A1", visit_id="v1", now=NOW)


def test_a_gap_that_says_nothing_about_rows_is_offered_once_and_its_file_is_one_of_the_catalogue(
    engine: Engine,
) -> None:
    assert keep(engine, gap("Watch our webinar")) == 1
    assert keep(engine, gap("Watch our webinar")) == 0
    with reading(engine) as conn:
        (row,) = drafts.list_all(conn)
    piece = Adopted(kind=AdoptedKind.CHROME, name=row.name, text=row.text, digest=row.digest)
    laid = lay_under(load_catalogue(), [piece])
    assert laid.refused == ()
    (found,) = laid.catalogue.chrome
    assert (found.layout, found.kind, found.where, found.words) == ("unified", "banner", WHERE, "Watch our webinar")


@pytest.mark.parametrize(
    "left",
    [
        gap("3 permissions are hidden"),
        gap("View only"),
        gap("Pending approval"),
        gap("Webinar", kind="way_not_taken"),
        gap("Webinar", kind="lost_row"),
        gap("Webinar", where=""),
    ],
)
def test_what_can_never_be_chrome_is_no_draft(engine: Engine, left: dict[str, Any]) -> None:
    assert keep(engine, left) == 0


def test_an_audit_that_concluded_leaves_no_draft(engine: Engine) -> None:
    assert keep(engine, gap("Watch our webinar"), verdict="pass") == 0
    assert keep(engine, gap("Watch our webinar"), verdict="fail") == 0
    assert keep(engine, gap("Watch our webinar"), layout="") == 0
