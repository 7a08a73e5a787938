"""The door of the flows leads to what it names, and nothing stands in it that nobody uses."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import flows

ROOT = Path(__file__).resolve().parents[3]


def names_at_the_door() -> set[str]:
    tree = ast.parse((ROOT / "flows/__init__.pyi").read_text(encoding="utf-8"))
    return {alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names}


def names_that_the_agent_takes() -> set[str]:
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in (ROOT / "agent").rglob("*.py")]
    taken = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    return {alias.name for node in taken if node.module == "flows" for alias in node.names}


def test_every_name_at_the_door_leads_somewhere() -> None:
    assert [name for name in names_at_the_door() if getattr(flows, name, None) is None] == []


def test_the_door_exports_what_the_agent_takes_and_nothing_else() -> None:
    assert names_at_the_door() == names_that_the_agent_takes()


def test_no_name_at_the_door_is_a_room_of_the_flows() -> None:
    rooms = {path.stem for path in (ROOT / "flows").iterdir()}
    assert names_at_the_door() & rooms == set()


def test_the_domain_takes_plain_tables_and_forms_of_text_alone() -> None:
    code = (
        "import sys, agent.domain.invitation, agent.domain.policy.model, agent.domain.audit.judge; print(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT, timeout=60
    ).stdout.split()
    assert {name for name in loaded if name.startswith("flows.")} == {
        "flows.marketplaces",
        "flows.permission_values",
        "flows.words",
    }
    assert "pydantic" not in loaded


def test_a_name_that_the_door_does_not_have_is_told() -> None:
    with pytest.raises(AttributeError, match=r"flows exports no 'no_such_name'.*__init__\.pyi"):
        getattr(flows, "no_such_name")  # noqa: B009 - mypy knows that it is not there


def test_the_errors_alone_do_not_load_the_driver_of_the_browser() -> None:
    code = "import sys; from flows import FlowError; assert 'playwright' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, timeout=60)
