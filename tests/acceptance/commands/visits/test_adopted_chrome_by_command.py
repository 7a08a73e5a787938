"""A piece of chrome from the audit that names it to the audit that passes, by commands alone."""

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
from tests.standin.permissions.test_audit_visit import world


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

    first = await run(agent, "audit", "A1", "--explain", "--format", "json")
    assert first.code == 3, first.err
    (audit,) = first.document["audits"]
    assert (audit["verdict"], [gap["words"] for gap in audit["gaps"]]) == ("incomplete", banner)
    (mark,) = audit["explained"]["marks"]
    draft = re.search(r"selectors adopt (\S+) --reason", mark["next"])
    assert draft, mark["next"]

    adopted = await run(agent, "selectors", "adopt", draft[1], "--reason", "an advertisement of the site's own")
    assert adopted.code == 0, adopted.err
    listed = json.loads((await run(agent, "selectors", "drafts", "--json")).out)
    assert [one["reason"] for one in listed["adopted"]] == ["an advertisement of the site's own"]

    second = await run(agent, "audit", "A1", "--format", "json")
    assert (second.code, [one["verdict"] for one in second.document["audits"]]) == (0, ["pass"]), second.err
    assert second.document["audits"][0]["gaps"] == []

    banner[:] = ["3 permissions are hidden by your administrator"]
    other = await run(agent, "audit", "A1", "--format", "json")
    assert (other.code, [one["verdict"] for one in other.document["audits"]]) == (3, ["incomplete"]), other.err


def put_above_the_page(monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    respond = pages.respond

    def with_a_banner(*given: Any) -> Any:
        answer = respond(*given)
        banner = f"<body><div role=alert>{words[0]}</div>".encode()
        return answer and replace(answer, body=re.sub(rb"<body[^>]*>", banner, answer.body, count=1))

    monkeypatch.setattr(pages, "respond", with_a_banner)
