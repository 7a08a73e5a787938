"""The contract's commands, settings, closed sets, targets and figures, row by row: what outsiders rely on is there."""

from __future__ import annotations

import re
from enum import StrEnum

import pytest

from agent.domain.audit.findings import FindingKind
from agent.domain.audit.judge import Verdict
from agent.domain.audit.reading import Source
from agent.domain.authorization import State
from agent.errors import Exit
from agent.report.writer import Format
from agent.settings.model import Settings
from agent.store.api.api_keys import Scope
from agent.store.console.people import Role
from flows import PageGapKind
from scripts import bench
from tests.unit.project.documents.test_documented_commands import ROOT, wrong_in

COMMANDS = """
demo --seed 1 --keep --headed --json
run --roles mail,work,web
accounts add ID --user-email ADDRESS --marketplace CODE --merchant-id ID --api-authorized --secrets-stdin
accounts add ID --user-email ADDRESS --marketplace CODE --global-account-id ID --answer-mail-codes --secret-ref REF
accounts add ID --user-email A --marketplace CODE --create-login --person-name "First Last" --agreed-by NAME --phone E164
accounts import FILE
accounts import -
accounts export
accounts list --json
accounts show ID --json
accounts set ID --reason TEXT
accounts pause ID
accounts resume ID
accounts remove ID
accounts api-authorization ID complete --merchant-id ID --global-account-id ID --merchant-name NAME
accounts api-authorization ID pending
accept ID --mail FILE.eml --merchant-id ID
accept ID --link URL --yes
audit ID ID --format json --output PATH --policy FILE --as ID2 --explain
audit --all
audit ID --confirm --reason TEXT
status ID --json
replay PATH PATH --json
record FLOW ID --output DIR
selectors check PATH PATH
stand-in --scenario FILE
doctor --json
api-keys create NAME --scopes SCOPE --expires DAYS --json
api-keys list
api-keys revoke ID
people add NAME --role viewer
people list
people remove NAME
console --as NAME --json
webhooks add URL --events TYPE --json
webhooks list
webhooks test ID
webhooks deliveries ID
webhooks replay DELIVERY
webhooks rotate ID
webhooks remove ID
events --after SEQ --follow --json
insights ID --format json
support ID --output FILE.zip
accounts rotate-totp ID
survey ID
selectors drafts
selectors adopt DRAFT --reason TEXT
selectors export DIR
alarms list
alarms test
mail dismiss ID
backup FILE
restore FILE
vault public-key
vault move --to REF
explain ID
config show --sources
init
accounts secret ID --secrets-stdin
accounts release ID
mail approve ID
pause --all
resume --all
policy validate FILE
vault rotate
audit --all --since-last
""".strip().splitlines()  # the last eight: added by decision, and as stable  # noqa: E501 - a text in lines of its own

SETTINGS = """
DATA_DIR DATABASE_URL VAULT_KEY VAULT_KEY_FILE IMAP__HOST IMAP__PORT IMAP__USERNAME IMAP__PASSWORD IMAP__TLS
IMAP__CA_FILE IMAP__FOLDERS MAIL__DNS_SERVERS MAIL__TRUST MAIL__TRUSTED_AUTHSERV_IDS BROWSER__EXECUTABLE
BROWSER__HEADLESS BROWSER__HOST_RESOLVER_RULES BROWSER__TRUSTED_SPKI BROWSER__CONTEXTS WEB__ADDRESS WEB__PUBLIC_URL
WEB__KEY VAULT_PUBLIC_KEY EVIDENCE_DIR ACCEPT_ANY_MERCHANT BROWSER__PROXY AUDIT__SECOND_LOOK INSIGHTS__INTERVAL
REGISTRATION__PER_DAY SECRETS__ALLOWED_REFS WEBHOOKS__ALLOWED_NETWORKS WEBHOOKS__CA_FILE WEB__TLS_CERT_FILE
WEB__TLS_KEY_FILE WEB__BEHIND_PROXY WEB__EMBED_ORIGINS WEB__OIDC__ISSUER WEB__OIDC__CLIENT_ID WEB__OIDC__CLIENT_SECRET
WEB__OIDC__ROLE_CLAIM WEBHOOKS__ALLOW_LOOPBACK TAKEOVER__ENABLED TAKEOVER__HOLD TAKEOVER__PLACES
OBSERVE__OTLP_ENDPOINT AUDIT__INTERVAL WORK__TICK WORK__BACKOFF_FIRST WORK__BACKOFF_MAX MAIL__IDLE_SLICE
"""  # and ENV_FILE, which names a file of them

SETS: dict[type[StrEnum], str] = {
    Verdict: "pass fail incomplete not_permitted",
    Source: "grid own_view probe none",
    FindingKind: "excess shortfall must_be_none unknown_permission unknown_level unread",
    PageGapKind: "unexplained way_not_taken frame picture late lost_row banner subject filtered",
    Format: "text json csv junit sarif html",
    State: "api_authorization_required awaiting_invitation accepting awaiting_confirmation awaiting_permissions "
    "auditing complete failed needs_human paused",
    Role: "viewer operator driver admin",
    Scope: "status:read accounts:read accounts:write audits:write operator:read operator:write events:read "
    "webhooks:write evidence:read embed:write logins:create",
}
TARGETS = "setup demo test test-fast lint format bench soak fuzz play"
FIGURES = (
    "accept_vs_bare audit_vs_bare audit_vs_naive context_memory audits_per_minute_ workers_efficiency_ "
    "delivery_to_visit mailbox_100k_start waiting_10k_cpu waiting_100k_cpu replay_vs_live change_to_webhook "
    "fleet_page_100k idle_transactions"
)


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_of_the_contract_can_be_typed(line: str) -> None:
    assert wrong_in(line) is None


def test_each_setting_of_the_contract_is_one() -> None:
    assert [name for name in SETTINGS.split() if not _is_setting(name.lower().split("__"))] == []


def _is_setting(path: list[str]) -> bool:
    model: object = Settings
    for part in path:
        fields = getattr(model, "model_fields", {})
        if part not in fields:
            return False
        model = fields[part].annotation
    return True


@pytest.mark.parametrize("kind", SETS, ids=lambda kind: kind.__name__)
def test_no_word_of_a_closed_set_is_missing(kind: type[StrEnum]) -> None:
    assert set(SETS[kind].split()) - {str(each) for each in kind} == set()


def test_exit_codes_are_the_contract_s() -> None:
    assert {each.name: int(each) for each in Exit} == {
        "OK": 0, "FINDING": 1, "USAGE": 2, "UNCONFIRMED": 3, "ENVIRONMENT": 4,
    }  # fmt: skip


def test_each_target_of_make_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(TARGETS.split()) - targets == set()


def test_each_figure_of_the_contract_is_measured() -> None:
    measured = {name for family in bench.FAMILIES for name in family.names}
    assert [name for name in FIGURES.split() if not any(each.startswith(name) for each in measured)] == []
