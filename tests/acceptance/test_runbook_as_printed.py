"""What docs/operations.md tells people on call to type, typed for an account that stands as the section says."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Iterator

import pytest

from agent.cli.app import COMMANDS
from agent.domain.authorization import State
from agent.domain.login_order import NewOrder, OrderState
from agent.store.database.engine import open_database, writing
from agent.store.people import drafts
from agent.store.sign_in import login_orders
from agent.store.vault.keys import Vault, new_key, parse_key
from flows.catalogue.adopted import digest_of
from flows.catalogue.recorded_page import shipped_pages
from tests.support.processes.command import PASSWORD, SEED, Agent
from tests.support.stored.accounts import write_account
from tests.support.stored.registry import NOW, add_account, add_secrets
from tests.support.visits.adopted_screen import NAME, TEXT
from tests.support.web.filled_console import fill
from tests.unit.project.documents.test_docs import OUR_CODES, RUNBOOK, _codes
from tests.unit.project.documents.test_documented_commands import FENCE, ROOT

LINK = "https://sellercentral.amazon.com/invitation/accept?merchantId=A1MERCHANT0001&invitationId=7452a52a-33f2-429f-8028-57dfd650e4f7"
SECRETS = json.dumps({"password": PASSWORD, "totp_secret": SEED})
NEEDS_A_BROWSER = ("replay", "accept", "audit", "insights", "survey")  # there is none here, which is told: exit 4
ELSEWHERE = {  # printed, and too long to type here
    "selectors check": "all 360 recorded pages: tests/unit/flows/catalogue/test_catalogue.py",
    "run": "tests/acceptance/daemon",
    "accept": "no command of its own: a word in a sentence",
    "audit": "likewise",
    "accounts create-login": "a name in a sentence; with its words below phone_needed",
    "accounts add --create-login": "a name in a sentence; the demo's A7 types it",
    "accounts set --reason": "a name in a sentence; with its words below other_merchant",
    "doctor": "typed once, at the end",
}
WORDS = {  # what stands for what, where a section says no more
    "DATA_DIR/evidence/<account>/<visit>/recording": "recording",
    "EVIDENCE": "evidence",
    "MERCHANT_OF_ID": "A1MERCHANT0001",
    "REF": "vault://secret/{account}",
    "FILE.eml": "mail.eml",
    "FILE": "mail.eml",
    "URL": LINK,
    "DIR": "drafts",
    "DRAFT": "2",
    "TEXT": "looked at it",
    "NUMBER": "1",
    "N": "1",
    "DELIVERY": "1",
    "CODE": "US",
}
WITHOUT_A_LOGIN = {"registration_unanswered", "phone_needed", "registrations_held"}
ORDER = NewOrder(person_name="Robin Example", agreed_by="Anna Example")
ABOUT = {"title": "News", "url": "https://sellercentral.amazon.com/gp/whats-new", "words": ["got it"], "control": None}
CODES: dict[str, tuple[int, ...]] = {  # where another end than 0 is right in this world
    "mail check FILE": (3,),  # somebody's mail, and no invitation; its steps are the result
    "mail check FILE.eml": (3,),
    "accounts secret ID --secret-ref REF": (4,),  # no store is set up, which is told before the reference is kept
    "mail approve N": (2, 3),  # the bytes of the held mail are not kept here
    "mail approve NUMBER": (2, 3),
    "mail retry N": (0, 2),
    "webhooks test ID": (2, 3),  # the receiver does not exist
    "webhooks deliveries ID": (0,),
    "selectors adopt DRAFT --reason TEXT": (4,),
    "selectors withdraw NAME --reason TEXT": (2,),  # so nothing is adopted
    "selectors check EVIDENCE": (4,),  # no browser here
    "accounts rotate-totp ID": (4,),
    "accounts rotate-totp ID --old-removed": (2,),  # none was left
    "accounts set ID --marketplace CODE": (0,),
    "status --needs-person": (0,),
}


def sections() -> Iterator[tuple[str, str]]:
    """Each heading of the page with what stands below it."""
    parts = re.split(r"^#{1,3} (.+)$", RUNBOOK, flags=re.MULTILINE)
    yield from zip(parts[1::2], parts[2::2], strict=True)


def printed(body: str) -> Iterator[str]:
    """The commands of a section as printed, in code with or without the program's name."""
    for found in re.findall(r"`([^`]+)`", FENCE.sub("", body)):
        line = " ".join(found.split()).removeprefix("sc-agent ")
        first, *others = line.split(" · ")
        if first.split()[0] in COMMANDS and not line.startswith(("sc-agent", "-")):
            yield first
            yield from (f"{first.split()[0]} {other}" for other in others)


def typed(line: str, account: str, endpoint: str) -> list[str]:
    """A printed command with its placeholders filled in."""
    words = shlex.split(re.sub(r"--merchant-id ID", "--merchant-id MERCHANT_OF_ID", line))
    if words[0] == "webhooks":
        return [endpoint if word == "ID" else WORDS.get(word, word) for word in words]
    if words[:2] == ["selectors", "withdraw"]:
        return [WORDS.get(word, NAME if word == "NAME" else word) for word in words]
    known = WORDS | {"ID": account, "NAME": "Robin Example"}
    return [known.get(word, word).replace("{account}", account) for word in words]


@pytest.fixture(scope="module")
def on_call(tmp_path_factory: pytest.TempPathFactory) -> Agent:
    """A data directory with an account for each failure code, and something of everything else."""
    agent = Agent(tmp_path_factory.mktemp("on-call"), {"VAULT_KEY": new_key()})
    agent.settings |= {"BROWSER__EXECUTABLE": "/nonexistent", "BROWSER__NO_SANDBOX": "true"}
    agent.settings |= {"SECRETS__VAULT_ADDRESS": "https://vault.users.example"}
    assert agent.add("made").code == 0
    data = agent.folder / "data"
    engine, vault = (
        open_database(f"sqlite:///{data / 'agent.sqlite'}"),
        Vault(parse_key(agent.settings["VAULT_KEY"], source="test")),
    )
    fill(engine, vault, data)
    with writing(engine) as conn:
        for code in failure_codes():
            add_account(conn, named(code))
            if code in WITHOUT_A_LOGIN:
                login_orders.place(conn, named(code), ORDER, now=NOW)
                if code == "registration_unanswered":
                    login_orders.move(conn, named(code), OrderState.ENDED, now=NOW, why=code)
            else:
                add_secrets(conn, vault, named(code))
            stands = {"authorization": State.NEEDS_HUMAN, "failure_code": code, "due": None}
            write_account(conn, named(code), **stands, internal_reason="as the page says")
        drafts.add(
            conn,
            kind="screen",
            name=NAME,
            text=TEXT,
            digest=digest_of(TEXT),
            refusals=(),
            about=ABOUT,
            person="anna",
            now=NOW,
        )
    engine.dispose()
    (agent.folder / "mail.eml").write_text("From: somebody@users.example\n\nhello\n", encoding="utf-8")
    recorded = next((ROOT / "fixtures" / "recordings" / "accept").glob("**/recording.json"))
    shutil.copytree(recorded.parent, agent.folder / "recording")
    page = next((shipped_pages() / "email").glob("*.html"))
    (agent.folder / "evidence").mkdir()
    shutil.copy(page, agent.folder / "evidence")
    return agent


def failure_codes() -> list[str]:
    """Every code that an account can stand with."""
    return sorted(set(_codes()) | OUR_CODES)


def named(code: str) -> str:
    """The account that stands with it."""
    return code.replace("_", "-")


def test_on_call_sees_of_each_account_its_failure_code_and_what_to_type(on_call: Agent) -> None:
    shown = on_call("status", "--needs-person").out
    missing = [code for code in failure_codes() if f"[{code}]" not in shown]
    assert missing == []
    assert [code for code in failure_codes() if f"accounts release {named(code)}" not in shown] == []


def test_every_command_of_the_runbook_can_be_typed_where_it_stands(on_call: Agent) -> None:
    endpoint = on_call("webhooks", "list", "--json").document["endpoints"][0]["id"]
    wrong: list[str] = []
    count = 0
    for heading, body in sections():
        account = named(heading) if heading in failure_codes() else "A1"
        for line in printed(body):
            if line in ELSEWHERE:
                continue
            ended = on_call(*typed(line, account, endpoint), stdin=SECRETS if "--secrets-stdin" in line else "y\n")
            count += 1
            right = CODES.get(line) or ((4,) if line.split()[0] in NEEDS_A_BROWSER else (0,))
            if (
                ended.code not in right
                or "unexpected" in ended.err
                or (ended.code not in (0, 1) and not ended.out + ended.err)
            ):
                wrong.append(f"{heading}: {line} -> {ended.code}: {ended.err or ended.out[:300]}")
    assert not wrong, "\n".join(wrong)
    assert count > 30


def test_released_is_what_lets_an_account_go_on(on_call: Agent) -> None:
    for code in ("challenge", "poison", "stuck"):
        assert on_call("accounts", "release", named(code)).code == 0
        assert on_call("status", named(code), "--json").document["accounts"][0]["authorization"] != "needs_human"
