"""Take the pictures of docs/console.md from the real console: `scripts/screenshots.py [FOLDER [all]]`.

A database with made-up accounts, the real pages, a real browser; nothing is drawn by hand.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import re
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy.engine import Engine

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from agent.clock import utc_now  # noqa: E402 - the path comes first
from agent.domain.audit.document import document  # noqa: E402
from agent.domain.audit.judge import judge  # noqa: E402
from agent.domain.audit.level import Level  # noqa: E402
from agent.domain.audit.reading import Reading, Row, Source  # noqa: E402
from agent.domain.authorization import Event, State  # noqa: E402
from agent.domain.policy.load import load_policy  # noqa: E402
from agent.domain.requests import RequestKind  # noqa: E402
from agent.settings.groups.operation import WebSettings  # noqa: E402
from agent.settings.model import Settings  # noqa: E402
from agent.store import audits, transitions, visits  # noqa: E402
from agent.store.database.engine import open_database, writing  # noqa: E402
from agent.store.people import requests  # noqa: E402
from agent.store.vault.keys import Vault  # noqa: E402
from tests.support.sites.plain_browser import plain_browser  # noqa: E402
from tests.support.stored.accounts import write_account  # noqa: E402
from tests.support.stored.registry import add_account  # noqa: E402
from tests.support.web.console import address  # noqa: E402
from tests.support.web.web_server import serving  # noqa: E402

VISIT = "5" * 32
PAGES = {
    "fleet": ("/", "light", 1280),
    "todo": ("/todo", "dark", 1280),
    "account": ("/accounts/A1", "light", 1280),
    "findings": ("/accounts/A3/findings", "dark", 1280),
    "visit": (f"/accounts/A1/visits/{VISIT}", "light", 390),
}
EVERY = (
    *(path for path, _, _ in PAGES.values()),
    *(
        "/accounts/A2",
        "/accounts/A3/insights",
        "/takeover/A1",
        "/survey/A2",
        "/drafts",
        "/mails",
        "/webhooks",
        "/health",
    ),
    *("/search?q=challenge", "/search?q=nothing", "/audit-log", "/access", "/accounts/nobody"),
)
STATES = (
    State.COMPLETE,
    State.COMPLETE,
    State.COMPLETE,
    State.FAILED,
    State.AWAITING_INVITATION,
    State.AWAITING_PERMISSIONS,
    State.AUDITING,
)
LEVELS = (Level.NONE, Level.VIEW, Level.EDIT)


def main() -> int:
    """Take them; with `all` as second argument every page in both themes, narrow and wide."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "docs" / "pictures", help="where to write them")
    parser.add_argument("pages", nargs="?", choices=["all"], help="every page in both themes, narrow and wide")
    given = parser.parse_args()
    folder: Path = given.folder
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(take(folder, everything=given.pages == "all"))
    return 0


async def take(folder: Path, *, everything: bool) -> None:
    """Serve a console over a made-up fleet and photograph its pages."""
    with tempfile.TemporaryDirectory() as data:
        engine = open_database(f"sqlite:///{data}/agent.sqlite")
        key = SecretStr(base64.urlsafe_b64encode(os.urandom(32)).decode())
        settings = Settings(data_dir=Path(data), web=WebSettings(address="127.0.0.1:0", key=key))
        fill(engine, settings)
        async with serving(engine, settings, Vault(os.urandom(32))) as web, plain_browser() as browser:
            every = {re.sub(r"\W+", "-", path).strip("-") or "fleet": path for path in EVERY}
            looks = [(theme, width) for theme in ("light", "dark") for width in (390, 1280, 2560)]
            told = (
                [(name, path, *look) for look in looks for name, path in every.items()]
                if everything
                else [(name, path, theme, width) for name, (path, theme, width) in PAGES.items()]
            )
            for name, path, theme, width in told:
                context = await browser.new_context(
                    color_scheme=theme,  # type: ignore[arg-type] # one of the two
                    viewport={"width": width, "height": 900},
                )
                page = await context.new_page()
                await page.goto(address(web, name="ada"))
                await page.goto(web.url + path)
                suffix = f"-{theme}-{width}" if everything else ""
                await page.screenshot(path=folder / f"console-{name}{suffix}.png", full_page=everything)
                await context.close()
        engine.dispose()


def fill(engine: Engine, settings: Settings) -> None:
    """Make accounts in every state, one that a visit asks a person for, an audit with findings, and a failed visit."""
    now = utc_now()
    with writing(engine) as conn:
        for number in range(1, 41):
            account = f"A{number}"
            add_account(conn, account, now=now - timedelta(days=3))
            values: dict[str, Any] = {"authorization": STATES[number % len(STATES)], "merchant_name": f"Shop {number}"}
            write_account(conn, account, **values, last_complete_read_at=now - timedelta(hours=number))
        visits.start(
            conn,
            VISIT,
            "A1",
            kind="accept",
            host="sellercentral.amazon.com",
            worker="w1",
            now=now - timedelta(minutes=9),
        )
        transitions.apply(
            conn,
            "A1",
            Event.HUMAN_NEEDED,
            now=now - timedelta(minutes=8),
            why="the site asks for a person (captcha_image)",
        )
        visits.end(conn, VISIT, outcome="challenge", now=now - timedelta(minutes=8))
        write_account(
            conn, "A1", failure_code="challenge", internal_reason="the site asks for a person (captcha_image): solve it"
        )
        write_account(conn, "A6", incompletes=1)
        requests.open_request(
            conn,
            account_id="A2",
            kind=RequestKind.SMS_CODE,
            words="We sent a code to a number ending in 42",
            now=now,
            expires_at=now + timedelta(minutes=2),
        )
        rows = [("Orders", "Manage Orders", Level.EDIT), ("Orders", "Manage Returns", Level.NONE),
            ("Settings", "User Permissions", Level.EDIT),
                ("Reports", "Business Reports", Level.VIEW), ("Inventory", "Manage Inventory", Level.EDIT)]  # fmt: skip
        reading = Reading(
            source=Source.GRID, layout="classic", language="en", complete=True, subject="a3@users.example",
            rows=tuple(Row(scope="regional", section=s, permission=p, offered=LEVELS, level=level) for s, p,
                level in rows),
        )  # fmt: skip
        judged = judge(reading, load_policy(), account="A3", user_email="a3@users.example", now=now)
        audits.record_audit(conn, account="A3", at=now, document=document(judged), visit_id="6" * 32)
    write_failed_visit(settings, now)


def write_failed_visit(settings: Settings, now: datetime) -> None:
    """Write the evidence of the visit that asks for a person."""
    folder = settings.evidence_root / "A1" / VISIT
    folder.mkdir(parents=True)
    steps = [("email", "filled", "email"), ("password", "filled", "password"), ("captcha_image", "seen", "")]
    told = [
        {
            "screen": screen,
            "act": act,
            "element": element,
            "candidate": 0,
            "alert": "",
            "url": "/ap/signin",
            "at": now.isoformat(),
            "seconds": 0.4,
        }
        for screen, act, element in steps
    ]
    error = {
        "code": "challenge",
        "message": "the site asks for a person (captcha_image): solve it, then release the account",
    }
    (folder / "failure.json").write_text(json.dumps({"steps": told, "error": error}))


if __name__ == "__main__":
    raise SystemExit(main())
