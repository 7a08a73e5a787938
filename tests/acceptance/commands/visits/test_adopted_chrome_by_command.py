"""A piece of chrome from the audit that names it to the audit that passes and is stored, by commands alone."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fixtures.stand_in.permissions import pages
from fixtures.stand_in.scenario import Scenario
from fixtures.stand_in.world import StandIn
from tests.acceptance.commands.visits.test_audit_command import ready, run
from tests.standin.permissions.test_audit_visit import USER, world
from tests.support.json_schema import errors_of

CONTRACT = json.loads((Path(__file__).parents[3] / "data" / "audit_contract.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
async def stand_in() -> AsyncIterator[StandIn]:
    async with StandIn(Scenario()) as running:
        yield running


async def test_a_piece_of_chrome_that_an_admin_adopted_keeps_no_later_audit_from_passing(
    stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    banner = ["Watch our webinar"]
    put_above_the_page(monkeypatch, banner)
    agent = await ready(stand_in, tmp_path, world("classic_g1"))

    first = await run(agent, "audit", "A1", "--explain", "--format", "json", "--output", "read.json")
    assert first.code == 3, first.err
    (audit,) = json.loads((tmp_path / "read.json").read_text(encoding="utf-8"))["audits"]
    assert (audit["verdict"], [gap["words"] for gap in audit["gaps"]]) == ("incomplete", banner)
    the_gap_has_its_place_in_a_picture(audit, tmp_path)
    (mark,) = audit["explained"]["marks"]
    draft = re.search(r"selectors adopt (\S+) --reason", mark["next"])
    assert draft, mark["next"]
    assert draft[1] in (await run(agent, "selectors", "drafts")).out

    adopted = await run(agent, "selectors", "adopt", draft[1], "--reason", "an advertisement of the site's own")
    assert adopted.code == 0, adopted.err
    listed = json.loads((await run(agent, "selectors", "drafts", "--json")).out)
    assert [one["reason"] for one in listed["adopted"]] == ["an advertisement of the site's own"]

    second = await run(agent, "audit", "A1", "--format", "json", "--confirm", "--reason", "merged")
    assert (second.code, "nothing to confirm" in second.err) == (0, True), second.err
    it_passes_as_the_contract_says(second.document)
    stored = await run(agent, "audit", "--all", "--stored", "--format", "json")
    assert [each["verdict"] for each in stored.document["audits"]] == ["pass", "incomplete"]  # nobody audited the other
    assert stored.code == 3

    banner[:] = ["3 permissions are hidden by your administrator"]
    other = await run(agent, "audit", "A1", "--format", "json")
    assert (other.code, [one["verdict"] for one in other.document["audits"]]) == (3, ["incomplete"]), other.err


def the_gap_has_its_place_in_a_picture(audit: dict[str, Any], folder: Path) -> None:
    """Marked, described for whoever cannot see it, and kept both as evidence and beside the report."""
    (gap,), (mark,), (picture,) = audit["gaps"], audit["explained"]["marks"], audit["explained"]["pictures"]
    assert (gap["kind"], mark["picture"], mark["number"]) == ("banner", gap["picture"], 1)
    assert mark["box"][2] > 50
    assert gap["words"] in picture["alt"]
    named = [gap["picture"], picture["picture"], audit["explained"]["page"]]
    assert sorted(named) == sorted(audit["evidence"])
    assert all((folder / "data" / name).read_bytes() for name in named)
    assert (folder / "read-A1-explained-1.png").read_bytes() == (folder / "data" / picture["picture"]).read_bytes()


def it_passes_as_the_contract_says(document: Any) -> None:
    """Of the user's own view, with nothing left open."""
    assert errors_of(document, CONTRACT) == []
    (audit,) = document["audits"]
    assert (audit["verdict"], audit["gaps"]) == ("pass", [])
    assert (audit["source"], audit["layout"], audit["user_email"]) == ("own_view", "own_view", USER)


def put_above_the_page(monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    respond = pages.respond

    def with_a_banner(*given: Any) -> Any:
        answer = respond(*given)
        banner = f"<body><div role=alert>{words[0]}</div>".encode()
        return answer and replace(answer, body=re.sub(rb"<body[^>]*>", banner, answer.body, count=1))

    monkeypatch.setattr(pages, "respond", with_a_banner)
