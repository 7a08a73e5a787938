"""Adopting a draft by command: checked, journaled, used by the next visit; and what is refused."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from agent.store.console import operator_log
from agent.store.database.engine import open_database, reading, writing
from agent.store.people import drafts
from agent.visits.shared.adopted_catalogue import current_catalogue, overlaid
from flows.browser.launch import BrowserOptions, open_browser
from flows.catalogue.adopted import digest_of, lay_under
from flows.catalogue.load import load_catalogue
from flows.catalogue.recorded_page import read_page, shipped_pages
from flows.learning.conflicts import conflicts_of
from tests.support.processes.command import Agent
from tests.support.visits.adopted_screen import NAME, NONE, TEXT, screen

NOW = datetime(2026, 11, 1, tzinfo=UTC)
PAGE = "<!doctype html><title>What's new</title><h1>What is new</h1><button id=go>Got it</button>"


def keep(engine: Engine, *, text: str = TEXT, name: str = NAME, refusals: tuple[str, ...] = ()) -> None:
    with writing(engine) as conn:
        drafts.add(
            conn,
            kind="screen",
            name=name,
            digest=digest_of(text or name),
            text=text,
            refusals=refusals,
            about={"url": "https://sellercentral.amazon.com/gp/whats-new", "title": "What's new"},
            person="ana",
            now=NOW,
            page=PAGE,
            picture=b"\x89PNG",
        )


@pytest.fixture
def agent(tmp_path: Path) -> Agent:
    (tmp_path / "data").mkdir(mode=0o700)
    return Agent(tmp_path)


@pytest.fixture
def engine(agent: Agent) -> Engine:
    return open_database(f"sqlite:///{agent.folder / 'data' / 'agent.sqlite'}")


def test_a_draft_is_listed_adopted_for_every_worker_exported_and_withdrawn(agent: Agent, engine: Engine) -> None:
    keep(engine)
    keep(engine, text="", name="adopted_terms", refusals=("it asks for an agreement ('i agree')",))
    listed = agent("selectors", "drafts", "--json", "--output", str(agent.folder / "look")).document
    assert [(one["name"], one["state"], one["person"]) for one in listed["drafts"]] == [(NAME, "offered", "ana")]
    assert listed["not_offered"] == 1
    assert {file.suffix for file in (agent.folder / "look").iterdir()} == {".html", ".toml", ".png"}
    before = current_catalogue(engine)

    adopted = agent("selectors", "adopt", str(listed["drafts"][0]["draft"]), "--reason", "only news", timeout=300)
    assert (adopted.code, adopted.err) == (0, "")
    assert f"adopted {NAME}, checked against" in adopted.out

    assert NAME not in before.screens
    assert current_catalogue(engine).adopted == {NAME}
    with reading(engine) as conn:
        entry = operator_log.page(conn, before=None, limit=1)[0]
        assert operator_log.first_broken(conn) is None
    assert (entry.act, entry.subject, entry.reason) == ("adopt screen", NAME, "only news")
    assert agent("selectors", "adopt", NAME, "--reason", "again").code == 2

    assert agent("selectors", "export", str(agent.folder / "out")).code == 0
    written = {str(file.relative_to(agent.folder / "out")) for file in (agent.folder / "out").rglob("*.*")}
    case = f"fixtures/pages/{NAME}/draft_1"
    assert written == {f"selectors/{NAME}.toml", f"{case}.html"}
    exported = read_page(agent.folder / "out" / f"{case}.html")
    assert (exported.screen, exported.status) == (NAME, 200)

    assert agent("selectors", "withdraw", NAME, "--reason", "it came back").code == 0
    assert current_catalogue(engine) is load_catalogue()


def test_what_is_not_offered_is_not_adopted_and_a_reason_is_needed(agent: Agent, engine: Engine) -> None:
    keep(engine, text="", name="adopted_terms", refusals=("it asks for an agreement ('i agree')",))
    refused = agent("selectors", "adopt", "adopted_terms", "--reason", "it is fine")
    assert (refused.code, "it asks for an agreement" in refused.err) == (1, True)
    assert agent("selectors", "adopt", "adopted_terms", "--reason", " ").code == 2
    assert agent("selectors", "adopt", "77", "--reason", "x").code == 2
    assert current_catalogue(engine) is load_catalogue()


def test_an_adopted_text_that_somebody_changed_is_not_used_and_doctor_says_so(agent: Agent, engine: Engine) -> None:
    with writing(engine) as conn:
        conn.exec_driver_sql(
            "INSERT INTO adopted (kind, name, text, digest, person, reason, at) VALUES ('screen', ?, ?, ?, "
            "'eve', 'x', ?)",
            (NAME, TEXT.replace("got it", "close"), digest_of(TEXT), "2026-11-01 00:00:00"),
        )
    assert current_catalogue(engine) is load_catalogue()
    assert [name for name, _ in overlaid(engine).refused] == [NAME]


CLAIMS_THE_WALL = f"""
[[claims]]
name = "words"
all = ["control", "says_0"]
none = [{NONE}]
"""


@pytest.mark.asyncio
async def test_a_screen_that_claims_another_screens_page_is_told(tmp_path: Path) -> None:
    case = next(iter(sorted((shipped_pages() / "continue_wall").iterdir())))
    (tmp_path / "continue_wall").mkdir()
    shutil.copy(case, tmp_path / "continue_wall" / case.name)
    text = TEXT.replace("[elements.control]", CLAIMS_THE_WALL + "\n[elements.control]", 1)
    text = text.replace("got it", "continue shopping").replace("what is new", "continue shopping")
    catalogue = lay_under(load_catalogue(), [screen(text)]).catalogue
    async with open_browser(BrowserOptions(host_resolver_rules="MAP * ~NOTFOUND")) as browser:
        found = await conflicts_of(browser, NAME, catalogue=catalogue, places=[tmp_path])
    assert (found.looked_at, found.claimed) == (1, (f"continue_wall/{case.stem}",))
