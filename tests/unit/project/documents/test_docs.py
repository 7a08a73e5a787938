"""The pages people read at three in the morning say what the program does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import agent.visits.errors  # the agent's own flow errors register as subclasses
import flows.registration.errors
from agent.cli.app import COMMANDS
from agent.domain.invitation import MERCHANT_UNKNOWN, OTHER_MERCHANT, OTHER_REGION
from agent.domain.requests import RequestKind
from agent.mail.imap.failures import ConnectionState
from agent.secret_stores import StoreDeniedError, StoreUnavailableError
from agent.settings.model import Settings
from agent.store.merchants import MerchantDiffersError
from agent.web.http.problems import Code
from flows.errors import FlowError
from scripts.readme import block, run

ROOT = Path(__file__).resolve().parents[4]
RUNBOOK = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
OUR_CODES = {"poison", "configuration", "unexpected", "audit_fail", "audit_incomplete", "audit_not_permitted"} | {
    "insights_refused",
    "mail_held",  # the console's, for each mail whose reason has no paragraph of its own
    MERCHANT_UNKNOWN,
    OTHER_MERCHANT,
    OTHER_REGION,
    MerchantDiffersError.code,
    "merchant_not_comparable",
    "link_altered",
    StoreUnavailableError.code,
    StoreDeniedError.code,
    "stale_read",
    "endpoint_disabled",
    "old_authenticator_left",
}


def _codes(error: type[FlowError] = FlowError) -> Iterator[str]:
    yield error.code
    for child in error.__subclasses__():
        yield from _codes(child)


def test_the_runbook_has_a_section_for_each_failure_code() -> None:
    assert agent.visits.errors
    assert flows.registration.errors
    sections = set(re.findall(r"^### (\w+)$", RUNBOOK, re.MULTILINE))
    assert (set(_codes()) | OUR_CODES | set(Code) | set(RequestKind)) - sections == set()


def test_the_runbook_has_no_section_for_a_code_that_does_not_exist() -> None:
    sections = set(re.findall(r"^### (\w+)$", RUNBOOK, re.MULTILINE))
    assert sections - set(_codes()) - OUR_CODES - set(Code) - set(RequestKind) == set()


def test_the_runbook_explains_each_state_of_a_mailbox() -> None:
    assert [link for link in ConnectionState if f"| {link} |" not in RUNBOOK] == []


def test_the_readme_shows_the_help_as_it_is() -> None:
    assert block(README, "help") == run("--help")


def test_the_readme_has_a_row_for_each_command() -> None:
    rows = "\n".join(line for line in README.splitlines() if line.startswith("| `sc-agent"))
    assert [name for name in COMMANDS if not re.search(rf"`(?:sc-agent )?{name}\b|, `{name}\b", rows)] == []


def test_the_readme_names_each_group_of_settings() -> None:
    groups = {name.upper() for name in Settings.model_fields} - {
        "MAILBOXES",
        "FLOW",
        "SIGN_IN",
        "OBSERVE",
        "VAULT_OLD_KEYS",
    }
    assert [name for name in groups if name not in README] == []


def test_the_pages_the_readme_links_to_exist() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_tests_that_the_mail_page_names_exist() -> None:
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "mail.md").read_text(encoding="utf-8")))
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    assert len(named) > 40
    assert [name for name in named if f"def {name}(" not in sources] == []
