"""One-off judging and `sc-agent mail`.

The daemon's own checks, one clear line, the contract's exit codes.
"""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
import typer
from typer.testing import CliRunner

from agent.cli import context
from agent.cli.operation import mail
from agent.cli.registry.accounts import app as accounts_app
from agent.cli.registry.status import status
from agent.domain.account import ApiAuthorization, MerchantSource
from agent.errors import AgentError, UnconfirmedError, UsageError
from agent.mail.approval import approve, look_at_held
from agent.mail.given_link import admit_link
from agent.mail.manual import admit_file, check_file
from agent.store import accounts
from agent.store.database import schema
from agent.store.database.engine import reading
from agent.store.inbox import invitations
from agent.store.people import tasks
from agent.store.vault.keys import Vault, new_key, parse_key
from tests.support.sites.mail_world import MERCHANT, MailWorld, link_to, mail_world, wait_arrivals, wait_for

KEY = new_key()
status_app = typer.Typer()
status_app.command()(status)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[MailWorld]:
    with mail_world(tmp_path) as made:
        made.vault = Vault(parse_key(KEY, source="a test"))
        yield made


def saved(folder: Path, raw: bytes) -> Path:
    file = folder / f"{uuid.uuid4()}.eml"
    file.write_bytes(raw)
    return file


def admit(world: MailWorld, file: Path, account: str = "A1") -> int:
    return admit_file(
        file,
        account_id=account,
        asked_by="ada",
        settings=world.settings,
        engine=world.engine,
        vault=world.vault,
        now=datetime.now(UTC),
    )


def admit_url(world: MailWorld, url: str, account: str = "A1") -> int:
    return admit_link(
        url, account_id=account, asked_by="ada", settings=world.settings, engine=world.engine, now=datetime.now(UTC)
    )


def approve_message(world: MailWorld, number: int, account: str | None = None) -> int:
    moment = datetime.now(UTC)
    held = look_at_held(number, settings=world.settings, engine=world.engine, vault=world.vault, now=moment)
    return approve(held, account_id=account, asked_by="ada", settings=world.settings, engine=world.engine, now=moment)


def hold(world: MailWorld, reason: str, raw: bytes | None = None) -> None:
    """Have a genuine mail delivered that is held."""
    assert world.inbox is not None
    with world.running():
        world.inbox.deliver_now(raw or world.mail_to())
        wait_for(lambda: world.verdicts() == [("held", reason)])


@dataclass
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def sc_agent(world: MailWorld, *arguments: str, app: typer.Typer = mail.app, given: str | None = None) -> Done:
    """The command in this process.

    An error is the one line that `agent.cli.app` makes of it.
    """
    environment = {
        "SC_AGENT_DATA_DIR": str(world.settings.data_dir),
        "SC_AGENT_VAULT_KEY": KEY,
        "SC_AGENT_MAIL__DNS_SERVERS": world.keys.address,
    }
    context.settings.cache_clear()
    try:
        result = CliRunner().invoke(app, list(arguments), env=environment, input=given)
    finally:
        context.settings.cache_clear()
    if isinstance(result.exception, AgentError):
        return Done(int(result.exception.exit_code), result.stdout, str(result.exception))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return Done(result.exit_code, result.stdout, result.stderr)


def test_mail_file_is_admitted_and_recorded_with_who_asked(world: MailWorld, tmp_path: Path) -> None:
    world.account()
    row = admit(world, saved(tmp_path, world.mail_to()))
    with reading(world.engine) as conn:
        found = invitations.get(conn, row)
    assert found is not None
    assert (found.source, found.asked_by, found.account_id) == ("file", "ada", "A1")
    assert world.state_of() == "accepting"
    assert world.verdicts() == [("accept", "expected")]


def test_mail_file_given_again_is_the_same_invitation(world: MailWorld, tmp_path: Path) -> None:
    world.account()
    file = saved(tmp_path, world.mail_to())
    assert admit(world, file) == admit(world, file)
    assert world.count(schema.invitations) == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda raw: raw + b"altered\r\n", "dkim_failed"),
        (lambda raw: raw.replace(b"DKIM-Signature", b"X-Signature"), "dkim_none"),
    ],
)
def test_refused_mail_file_leaves_the_account_alone(
    world: MailWorld, tmp_path: Path, change: object, reason: str
) -> None:
    world.account()
    with pytest.raises(UnconfirmedError, match=reason):
        admit(world, saved(tmp_path, change(world.mail_to())))  # type: ignore[operator]  # a function of bytes
    assert world.state_of() == "awaiting_invitation"
    assert world.count(schema.invitations) == 0


def test_mail_file_of_another_account_is_held(world: MailWorld, tmp_path: Path) -> None:
    world.account("A1")
    world.account("A2")
    with pytest.raises(UnconfirmedError, match="other_account"):
        admit(world, saved(tmp_path, world.mail_to("A2")), "A1")
    assert world.state_of("A2") == "awaiting_invitation"


def test_missing_and_empty_mail_files_are_a_matter_of_usage(world: MailWorld, tmp_path: Path) -> None:
    world.account()
    for file in (tmp_path / "missing.eml", saved(tmp_path, b""), tmp_path):
        with pytest.raises(UsageError, match="mail file"):
            admit(world, file)


def test_unknown_account_is_a_matter_of_usage(world: MailWorld, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no account"):
        admit(world, saved(tmp_path, world.mail_to()))


def test_link_is_checked_as_strictly_as_a_mailed_one(world: MailWorld) -> None:
    world.account()
    with pytest.raises(UsageError, match="link_host"):
        admit_url(world, link_to().replace("amazon.com", "amazon.com.evil.test"))
    row = admit_url(world, link_to())
    with reading(world.engine) as conn:
        found = invitations.get(conn, row)
    assert found is not None
    assert (found.source, found.asked_by) == ("link", "ada")


def test_link_of_another_merchant_is_not_acted_on(world: MailWorld) -> None:
    world.account(merchant_id="A1EXAMPLE0009")
    with pytest.raises(UnconfirmedError, match="other_merchant"):
        admit_url(world, link_to(MERCHANT))


def test_link_waits_while_the_api_authorization_is_pending(world: MailWorld) -> None:
    world.account(api=ApiAuthorization.PENDING)
    admit_url(world, link_to())
    assert world.state_of() == "api_authorization_required"


def test_held_mail_is_acted_on_when_a_person_approves_it(world: MailWorld) -> None:
    world.account(merchant_id=None)
    hold(world, "merchant_unknown")
    assert approve_message(world, 1) == 1
    assert world.verdicts() == [("accept", "approved")]
    assert world.state_of() == "accepting"


def test_an_approval_binds_the_account_to_the_merchant_it_shows(world: MailWorld) -> None:
    world.account(merchant_id=None)
    hold(world, "merchant_unknown")
    asked = sc_agent(world, "approve", "1", given="n\n")
    assert (asked.returncode, "nothing was approved" in asked.stderr) == (3, True)
    assert MERCHANT in asked.stdout  # what it would do is told before anybody is asked
    assert world.verdicts() == [("held", "merchant_unknown")]
    done = sc_agent(world, "approve", "1", "--yes")
    assert done.returncode == 0, done.stderr
    assert MERCHANT in done.stdout
    assert "region NA" in done.stdout
    with reading(world.engine) as conn:
        account = accounts.get(conn, "A1")
    assert (account.merchant_id, account.merchant_source) == (MERCHANT, MerchantSource.APPROVAL)


def test_an_approval_shows_shop_merchant_and_region_before_it_binds_anybody(world: MailWorld) -> None:
    world.account(merchant_id=None)
    hold(world, "merchant_unknown", world.mail_to(shop_name="Harbour Lane \x07Goods"))
    asked = sc_agent(world, "approve", "1", given="n\n")
    for shown in ("Harbour Lane", f"merchant {MERCHANT}", "region NA", "sellercentral.amazon.com", "a1@users.example"):
        assert shown in asked.stdout, shown
    looked = sc_agent(world, "approve", "1", "--json")
    document = json.loads(looked.stdout)
    assert (looked.returncode, document["approved"], document["message"]) == (3, False, 1)
    told = {name: document[name] for name in ("merchant_id", "region", "host", "recipient", "global_account_id")}
    assert told == {
        "merchant_id": MERCHANT,
        "region": "NA",
        "host": "sellercentral.amazon.com",
        "recipient": "a1@users.example",
        "global_account_id": None,
    }
    assert document["shop"].startswith("Harbour Lane")
    with reading(world.engine) as conn:
        assert accounts.get(conn, "A1").merchant_id is None
    assert world.verdicts() == [("held", "merchant_unknown")]
    done = json.loads(sc_agent(world, "approve", "1", "--json", "--yes").stdout)
    assert (done["approved"], done["account"], done["merchant_id"]) == (True, "A1", MERCHANT)
    with reading(world.engine) as conn:
        assert accounts.get(conn, "A1").merchant_id == MERCHANT


def test_the_queue_shows_whom_a_held_mail_would_bind_the_account_to(world: MailWorld) -> None:
    world.account(merchant_id=None)
    hold(world, "merchant_unknown", world.mail_to(shop_name="Harbour Lane Goods"))
    with reading(world.engine) as conn:
        (task,) = [one for one in tasks.list_all(conn, now=datetime.now(UTC), limit=9) if one.kind == "merchant"]
    assert task.offered is not None
    told = (task.offered["shop"], task.offered["merchant_id"], task.offered["region"], task.offered["recipient"])
    assert told == ("Harbour Lane Goods", MERCHANT, "NA", "a1@users.example")


def test_a_stranger_s_shop_that_invites_first_gets_nothing(world: MailWorld) -> None:
    world.account(merchant_id=None)
    stranger = "A1STRANGER0001"
    assert world.inbox is not None
    with world.running():
        world.inbox.deliver_now(world.mail_to(link=link_to(stranger)))
        wait_for(lambda: world.verdicts() == [("held", "merchant_unknown")])
        world.inbox.deliver_now(world.mail_to())
        wait_for(lambda: [each[1] for each in world.verdicts()] == ["merchant_unknown"] * 2)
        named = ("api-authorization", "A1", "complete", "--merchant-id", MERCHANT)
        assert sc_agent(world, *named, app=accounts_app).returncode == 0
        wait_arrivals(world, 1)
        wait_for(lambda: world.verdicts() == [("held", "other_merchant"), ("accept", "expected")])
    assert world.state_of() == "accepting"
    with pytest.raises(UnconfirmedError, match="merchant_differs"):
        approve_message(world, 1)


def test_an_invitation_of_another_region_cannot_be_approved(world: MailWorld) -> None:
    world.account()
    hold(world, "other_region", world.mail_to(link=link_to(host="sellercentral.amazon.eg")))
    with pytest.raises(UnconfirmedError, match="other_region"):
        approve_message(world, 1)
    assert world.state_of() == "awaiting_invitation"


def test_invitation_of_another_address_cannot_be_approved_for_an_account(world: MailWorld) -> None:
    assert world.inbox is not None
    with world.running():
        world.inbox.deliver_now(world.mail_to())
        wait_for(lambda: world.verdicts() == [("held", "unexpected_recipient")])
        world.account("A2")
    with pytest.raises(UnconfirmedError, match="the wrong user"):
        approve_message(world, 1, account="A2")
    assert world.state_of("A2") == "awaiting_invitation"


def test_forged_mail_cannot_be_approved(world: MailWorld) -> None:
    world.account()
    assert world.inbox is not None
    with world.running():
        world.inbox.deliver_now(world.mail_to() + b"altered\r\n")
        wait_for(lambda: world.verdicts() == [("rejected", "dkim_failed")])
    with pytest.raises(UnconfirmedError, match="only a held one"):
        approve_message(world, 1, account="A1")


def test_held_mail_is_judged_again_when_asked_for(world: MailWorld) -> None:
    assert world.inbox is not None
    with world.running():
        world.inbox.deliver_now(world.mail_to())
        wait_for(lambda: world.verdicts() == [("held", "unexpected_recipient")])
        world.account()
        assert sc_agent(world, "retry", "1").returncode == 0
        wait_arrivals(world, 1)
    assert world.verdicts() == [("accept", "expected")]


def test_status_tells_of_mails_that_are_nobodys(world: MailWorld) -> None:
    assert world.inbox is not None
    with world.running():
        world.inbox.deliver_now(world.mail_to())
        wait_for(lambda: world.verdicts() == [("held", "unexpected_recipient")])
    assert json.loads(sc_agent(world, "--json", app=status_app).stdout)["mails"] == {"held": 1}
    assert "mails: 1 held; 'sc-agent mail list' shows why" in sc_agent(world, app=status_app).stdout


def test_message_that_nobody_has_to_act_on_is_dismissed_and_taken_up_again(world: MailWorld) -> None:
    assert world.inbox is not None
    with world.running():
        world.inbox.deliver_now(world.mail_to())
        wait_for(lambda: world.verdicts() == [("held", "unexpected_recipient")])
    assert sc_agent(world, "dismiss", "1", "--reason", "a test").returncode == 0
    assert json.loads(sc_agent(world, "--json", app=status_app).stdout)["mails"] == {"rejected": 1}  # told, and no task
    assert "a test" in sc_agent(world, "show", "1").stdout
    assert sc_agent(world, "retry", "1").returncode == 0


def test_file_that_is_no_mail_leaves_no_task(world: MailWorld, tmp_path: Path) -> None:
    world.account()
    with pytest.raises((UsageError, UnconfirmedError)):
        admit(world, saved(tmp_path, b'{"audits": [{"account": "A1"}]}\n'))
    assert json.loads(sc_agent(world, "--json", app=status_app).stdout)["mails"] == {}


def test_mail_that_came_before_its_account_was_registered_is_judged_again(world: MailWorld) -> None:
    assert world.inbox is not None
    with world.running():
        world.inbox.deliver_now(world.mail_to("A2"))
        world.inbox.deliver_now(world.mail_to("A1"))
        wait_for(lambda: world.verdicts() == [("held", "unexpected_recipient")] * 2)
        secrets = json.dumps({"password": "a password", "totp_secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"})
        options = (
            "--user-email",
            "a1@users.example",
            "--marketplace",
            "US",
            "--merchant-id",
            MERCHANT,
            "--api-authorized",
            "--secrets-stdin",
        )
        done = sc_agent(world, "add", "A1", *options, app=accounts_app, given=secrets)
        assert done.returncode == 0, done.stderr
        wait_arrivals(world, 1)
        wait_for(lambda: world.verdicts() == [("held", "unexpected_recipient"), ("accept", "expected")])
    assert world.state_of("A1") == "accepting"


def test_message_that_was_never_fetched_is_fetched_when_asked_for(world: MailWorld) -> None:
    world.account()
    assert world.inbox is not None
    small = world.settings.model_copy(
        update={"mail": world.settings.mail.model_copy(update={"max_message_bytes": 10_000})}
    )
    with world.running(small):
        world.inbox.deliver_now(world.mail_to() + b"\r\n" * 10_000)
        wait_for(lambda: world.verdicts() == [("held", "too_big")])
    assert sc_agent(world, "retry", "1").returncode == 0
    with world.running():
        wait_arrivals(world, 1)


def test_file_is_explained_step_by_step(world: MailWorld, tmp_path: Path) -> None:
    world.account()
    done = sc_agent(world, "check", str(saved(tmp_path, world.mail_to())))
    assert done.returncode == 0, done.stderr
    assert "it verifies" in done.stdout
    assert "accept (expected)" in done.stdout
    assert world.count(schema.messages) == 0


def test_file_is_explained_without_any_account(world: MailWorld, tmp_path: Path) -> None:
    done = sc_agent(world, "check", "--json", str(saved(tmp_path, world.mail_to())))
    document = json.loads(done.stdout)
    assert (done.returncode, document["verdict"], document["reason"]) == (0, "accept", "genuine")
    assert document["steps"][-1]["passed"] is None


@pytest.mark.parametrize(("days", "code"), [(1, 0), (20, 3)])
def test_old_file_is_held_without_any_account_too(world: MailWorld, tmp_path: Path, days: int, code: int) -> None:
    when = datetime.now(UTC) - timedelta(days=days)
    judgement = check_file(
        saved(tmp_path, world.mail_to(when=when)), settings=world.settings, now=datetime.now(UTC), expected=None
    )
    assert (judgement.ruling.verdict == "accept") == (code == 0)


def test_forged_file_is_refused_with_its_reason(world: MailWorld, tmp_path: Path) -> None:
    world.account()
    done = sc_agent(world, "check", "--json", str(saved(tmp_path, world.mail_to() + b"x\r\n")))
    document = json.loads(done.stdout)
    assert (done.returncode, document["verdict"], document["reason"]) == (3, "rejected", "dkim_failed")


def test_bad_arguments_are_one_clear_line(world: MailWorld, tmp_path: Path) -> None:
    missing = str(tmp_path / "none.eml")
    wrong = [("check", missing), ("check", str(tmp_path)), ("show", "77"), ("retry", "77"), ("approve", "77", "--yes")]
    for arguments in (*wrong, ("list", "--verdict", "x"), ("list", "--account", "nobody")):
        done = sc_agent(world, *arguments)
        assert done.returncode == 2, (arguments, done.stderr)
        assert len(done.stderr.strip().splitlines()) == 1
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", ["9" * 30, "0", "-1", "x"])
def test_number_that_no_message_can_have_is_a_matter_of_usage(world: MailWorld, number: str) -> None:
    assert sc_agent(world, "show", "--", number).returncode == 2


def test_messages_are_listed_and_shown_without_their_text(world: MailWorld) -> None:
    world.account()
    assert world.inbox is not None
    invitation = str(uuid.uuid4())
    with world.running():
        world.inbox.deliver_now(world.mail_to(link=link_to(invitation_id=invitation)) + b"altered\r\n")
        wait_for(lambda: [verdict for verdict, _ in world.verdicts()] == ["rejected"])
    listed = sc_agent(world, "list", "--json")
    assert json.loads(listed.stdout)["messages"][0]["reason"] == "dkim_failed"
    shown = sc_agent(world, "show", "1")
    assert "no signature of amazon.com is valid: it does not verify" in shown.stdout
    assert invitation not in listed.stdout + shown.stdout


def test_log_tells_one_invitation_in_few_lines_and_holds_no_link(
    world: MailWorld, caplog: pytest.LogCaptureFixture
) -> None:
    world.account()
    assert world.inbox is not None
    invitation = str(uuid.uuid4())
    with structlog.testing.capture_logs() as logged, caplog.at_level(logging.DEBUG):
        with world.running():
            before = len(logged)
            world.inbox.deliver_now(world.mail_to(link=link_to(invitation_id=invitation), shop_name="Secret Shop"))
            wait_arrivals(world, 1)
        ours = [
            record.getMessage()
            for record in caplog.records
            if record.name.startswith(("agent", "imapclient", "imaplib", "dkimpy"))
        ]
        told = str(logged) + str(ours)
    assert len(logged) - before < 10
    for secret in (invitation, "/invitation/accept", "mailbox-secret", "Secret Shop", "Go to the following"):
        assert secret not in told
