"""A console with something on every page, all of it by hostile hands."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection, Engine

from agent.clock import utc_now
from agent.domain.authorization import State
from agent.domain.requests import RequestKind
from agent.domain.takeover import TakeoverKind, TakeoverState
from agent.outbox.endpoint_actions import add_endpoint
from agent.store import audits
from agent.store.database.engine import writing
from agent.store.database.schema import messages, visits, webhook_endpoints
from agent.store.outbox.sequence import number_events
from agent.store.people import drafts, requests, takeovers
from agent.store.processes.alarms import note_alarm
from agent.store.vault.keys import Vault
from flows.catalogue.adopted import digest_of
from tests.support.insights import keep_insights, late_shipments
from tests.support.stored.accounts import write_account
from tests.support.stored.registry import add_account, invite
from tests.support.visits.adopted_screen import TEXT
from tests.unit.web.api.test_reading import document

HOSTILE = "<img src=x onerror=alert(1)>\x1b[31m\u202egnp"
VISIT = "0" * 32
PLACES = (
    "/",
    "/?state=needs_human",
    "/todo",
    "/accounts/A1",
    "/accounts/A2",
    "/accounts/A1/findings",
    "/accounts/A1/findings?audit=2&against=1",
    "/accounts/A1/insights",
    f"/accounts/A1/visits/{VISIT}",
    f"/accounts/A1/visits/{VISIT}?step=1",
    "/takeover/A1",
    "/survey/A1",
    "/survey/A2",
    "/drafts",
    "/drafts/1",
    "/mails",
    "/mails/1",
    "/webhooks",
    "/health",
    "/search?q=challenge",
    "/audit-log",
    "/access",
)
# One grey pixel.
_PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==")


def fill(engine: Engine, sealing: Vault, folder: Path) -> None:
    """Write the world's rows, and a visit's evidence below `folder`."""
    now = utc_now()
    with writing(engine) as conn:
        for name in ("A1", "A2", "A3", "A4", "A5"):
            add_account(conn, name, now=now - timedelta(hours=3))
        needy = {"authorization": State.NEEDS_HUMAN, "failure_code": "challenge", "due": None}
        write_account(conn, "A1", **needy, internal_reason=HOSTILE, merchant_name=HOSTILE)
        invite(conn, "A2", now=now - timedelta(minutes=5))
        write_account(conn, "A3", stale_since=now - timedelta(days=3), incompletes=2, merchant_name=HOSTILE)
        write_account(conn, "A4", failure_code="secret_store_denied")
        write_account(conn, "A5", authorization=State.API_AUTHORIZATION_REQUIRED)  # the longest word for a state
        for actual in ("None", "View & Edit"):
            audited = document(actual=actual)
            audited["policy"] = "0123456789ab" if actual == "None" else "ba9876543210"
            audits.record_audit(conn, account="A1", at=now, document=audited, visit_id=VISIT)
        conn.execute(visits.insert().values(**_visit(now)))
        held = {"stage": "done", "verdict": "held", "reason": "merchant_unknown", "account_id": "A1", "found_at": now}
        conn.execute(messages.insert().values(**held, evidence=_told_of_a_mail()))
        for url in ("https://hooks.example/one", "https://hooks.example/two"):
            add_endpoint(conn, url=url, types=[], sealing=sealing, now=now)
        gone = webhook_endpoints.c.url.endswith("/two")
        conn.execute(webhook_endpoints.update().where(gone).values(state="disabled", disabled_at=now, reason="410"))
        note_alarm(conn, "mailbox imap.example", HOSTILE, now=now, times=3)
        requests.open_request(
            conn,
            account_id="A1",
            kind=RequestKind.SMS_CODE,
            words=HOSTILE,
            now=now,
            expires_at=now + timedelta(hours=9),
        )
        about = {"title": HOSTILE, "url": "https://sellercentral.amazon.com/x", "words": [HOSTILE], "control": None}
        told = {"refusals": (), "about": about, "person": HOSTILE, "now": now, "picture": _PNG}
        text = f"{TEXT}# {'a line as wide as those of a real draft; ' * 5}\n"
        drafts.add(conn, kind="screen", name="webinar", text=text, digest=digest_of(text), **told)  # type: ignore[arg-type]
        _survey(conn, "A2", now)
    for days, rate in ((2, 0.05), (1, 0.02)):
        at = now - timedelta(days=days)
        keep_insights(engine, late_shipments(rate, now=at), at=at)
    number_events(engine)
    _evidence(folder / "evidence" / "A1" / VISIT)


def _survey(conn: Connection, account_id: str, now: datetime) -> None:
    """One that has ended, with something in every part of its report."""
    asked = takeovers.ask(conn, account_id, person=HOSTILE, reason=HOSTILE, now=now, kind=TakeoverKind.SURVEY)
    screen: dict[str, Any] = {
        "stage": "sign in",
        "screen": "unknown",
        "claim": HOSTILE,
        "url": "https://sellercentral.amazon.com/" + "x" * 200,
    }
    screen |= {"drift": [HOSTILE], "not_found": ["submit"], "near": [f"otp by form, which lacks {HOSTILE}"]}
    told = {"look_at": [HOSTILE], "drafts": [HOSTILE], "ready": ["email", "password"], "screens": [screen]}
    told |= {"stages": [{"stage": "sign in", "reached": False, "said": HOSTILE}], "ended": now.isoformat()}
    takeovers.report(conn, asked.id, told, visit_id=VISIT)
    for state in (TakeoverState.COMING, TakeoverState.DONE):
        takeovers.move(conn, asked.id, state, now=now)


def _told_of_a_mail() -> dict[str, Any]:
    names = ("shop", "merchant_id", "global_account_id", "region", "host", "recipient", "invitation_id")
    return {"steps": [], "detail": HOSTILE, "subject": HOSTILE, "offered": dict.fromkeys(names, HOSTILE)}


def _visit(now: object) -> dict[str, object]:
    told = {"worker": HOSTILE, "started_at": now, "outcome": "needs_human", "host": "sellercentral.amazon.com"}
    return told | {"id": VISIT, "account_id": "A1", "kind": "accept"}


def _evidence(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    steps = [
        {"screen": screen, "act": "seen", "element": HOSTILE, "url": "https://sellercentral.amazon.com/" + "x" * 200}
        for screen in ("email", "password", "unknown")
    ]
    story = {"steps": steps, "nearest": [f"otp by form, which lacks {HOSTILE}"], "blocked": ["POST https://x.example/"]}
    story["error"] = {"code": "unknown_screen", "message": HOSTILE}
    (folder / "failure.json").write_text(json.dumps(story))
    (folder / "failure.png").write_bytes(_PNG)
    (folder / "step-001-email.jpg").write_bytes(_PNG)
