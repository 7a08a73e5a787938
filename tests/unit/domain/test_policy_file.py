"""The policy file: its schema, and what a wrong one is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.domain.audit.level import Level
from agent.domain.policy.load import load_policy
from agent.domain.policy.model import WhenMissing
from agent.errors import UsageError

EXCEPTION = """
[[exceptions]]
account = "A1"
section = "Settings"
permission = "Tax Settings"
level = "None"
reason = "the lawyers are looking at it"
owner = "on-call"
ends = 2026-12-31
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_default_policy_is_the_missions() -> None:
    policy = load_policy()
    assert policy.preferred == (Level.EDIT, Level.VIEW)
    assert [name.text for name in policy.must_be_none] == [
        "Settings > Agreements/Amendments",
        "Settings > User Permissions",
    ]
    assert (policy.when_missing, policy.probes_enough, policy.exceptions) == (WhenMissing.INCOMPLETE, False, ())


def test_a_file_needs_only_what_it_changes(tmp_path: Path) -> None:
    policy = load_policy(written(tmp_path, EXCEPTION))
    assert len(policy.exceptions) == 1
    assert len(policy.must_be_none) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version = 2", "version"),
        ("[general]\npreferred = ['Admin']", "Admin is always an excess"),
        ("[generl]\npreferred = ['View']", "generl"),
        (EXCEPTION.replace('owner = "on-call"', ""), "exceptions.0.owner"),
        (EXCEPTION.replace('"None"', '"Full"'), "exceptions.0.level"),
        ("[must_be_none]\nrows = []", "must_be_none.rows"),
        ("not toml", "not TOML"),
    ],
)
def test_a_wrong_file_is_refused_with_the_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=r"is not a policy") as caught:
        load_policy(written(tmp_path, text))
    assert said in str(caught.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_policy(tmp_path / "none.toml")
