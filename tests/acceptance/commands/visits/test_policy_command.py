"""The policy in force, printed and checked; the page about it says what the file says."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from agent.domain.policy.load import DEFAULT, load_policy
from tests.support.processes.command import Agent

PAGE = Path(__file__).parents[4] / "docs" / "policy.md"


def example() -> str:
    found = re.search(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def test_the_default_is_shown_as_a_file_that_is_a_policy(agent: Agent) -> None:
    shown = agent("policy", "show")
    assert (shown.code, shown.out) == (0, DEFAULT.read_text(encoding="utf-8"))
    (agent.folder / "mine.toml").write_text(shown.out, encoding="utf-8")
    assert agent("policy", "validate", "mine.toml").code == 0


def test_a_file_that_the_settings_name_is_shown_and_told(agent: Agent) -> None:
    (agent.folder / "mine.toml").write_text(example(), encoding="utf-8")
    agent.settings["AUDIT__POLICY_FILE"] = str(agent.folder / "mine.toml")
    shown = agent("policy", "show")
    assert shown.out.strip() == example().strip()
    assert "mine.toml" in shown.err


def test_a_named_file_that_is_no_policy_is_not_shown(agent: Agent) -> None:
    (agent.folder / "mine.toml").write_text("version = 1\nfoo = 2\n", encoding="utf-8")
    agent.settings["AUDIT__POLICY_FILE"] = str(agent.folder / "mine.toml")
    shown = agent("policy", "show")
    assert (shown.code, shown.out) == (2, "")
    assert "foo" in shown.err


def test_a_stored_audit_is_not_judged_by_another_policy_in_silence(agent: Agent) -> None:
    (agent.folder / "mine.toml").write_text(example(), encoding="utf-8")
    agent.add("A1")
    ended = agent("audit", "A1", "--stored", "--policy", "mine.toml")
    assert (ended.code, ended.out) == (2, "")
    assert "--policy changes nothing" in ended.err


def test_the_page_about_it_has_every_table_and_its_default(tmp_path: Path) -> None:
    tables = set(tomllib.loads(DEFAULT.read_text(encoding="utf-8"))) - {"version"}
    text = PAGE.read_text(encoding="utf-8")
    assert {name for name in tables if f"[{name}]" not in text} == set()
    assert "exceptions" in text
    default = load_policy(DEFAULT)
    assert all(f"`{row.section} > {row.permission}`" in text for row in default.must_be_none)
    assert f'`["{default.preferred[0]}", "{default.preferred[1]}"]`' in text
    (tmp_path / "example.toml").write_text(example(), encoding="utf-8")
    assert [item.owner for item in load_policy(tmp_path / "example.toml").exceptions] == ["on-call@team.example"]
