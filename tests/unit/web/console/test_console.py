"""The console: who comes in, what a role may do, what every form needs, and what a hostile name can do: nothing."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy.engine import Engine

from agent.domain.authorization import State
from agent.domain.login_order import NewOrder, OrderState
from agent.domain.policy.load import load_policy
from agent.domain.requests import RequestKind
from agent.outbox.endpoint_actions import add_endpoint
from agent.settings.groups.operation import WebSettings
from agent.settings.model import Settings
from agent.store import accounts
from agent.store.console import operator_log, people, sessions
from agent.store.console.people import Role
from agent.store.database.engine import reading, writing
from agent.store.database.schema import messages, webhook_endpoints
from agent.store.database.schema import operator_log as log_table
from agent.store.people import requests, tasks
from agent.store.people.requests import PersonAnswer
from agent.store.processes import switches
from agent.store.sign_in import login_orders, old_authenticators
from agent.store.vault.keys import Vault
from agent.web.console.entry.access import is_open
from tests.support.stored.accounts import write_account
from tests.support.stored.registry import add_account
from tests.support.web.console import address, shown_by, signed_in, submit
from tests.support.web.outbox import published
from tests.support.web.web_server import WebServer
from tests.unit.web.api.test_reading import document, keep

HOSTILE = "<img src=x onerror=alert(1)>\x1b[31m\u202egnp"
PAGES = (
    "/",
    "/todo",
    "/accounts/A1",
    "/accounts/A1/findings",
    "/accounts/A1/insights",
    "/takeover/A1",
    "/survey/A1",
    "/drafts",
    "/mails",
    "/webhooks",
    "/health",
    "/search?q=challenge",
    "/audit-log",
    "/access",
)


async def test_an_operator_answers_what_a_visit_asks_and_the_page_s_words_are_text(
    web: WebServer, admin: httpx.AsyncClient, vault: Vault
) -> None:
    now = web.role.parts.clock.now()
    with writing(web.engine) as conn:
        asked = requests.open_request(
            conn,
            account_id="A1",
            kind=RequestKind.SMS_CODE,
            words=HOSTILE,
            now=now,
            expires_at=now + timedelta(minutes=1),
        )
    for page in ("/todo", "/accounts/A1"):
        shown = (await admin.get(page)).text
        assert f'action="/requests/{asked.id}/answer"' in shown
        assert "<img" not in shown
    place = f"/requests/{asked.id}/answer"
    assert (await submit(admin, "/todo", place, answer="no")).status_code == 422
    assert (await submit(admin, "/todo", place, answer="471182")).status_code == 200
    assert (await submit(admin, "/todo", place, answer="471183")).status_code == 409
    with writing(web.engine) as conn:
        taken = requests.take(conn, vault, asked.id, now=now)
        acts = [(entry.person, entry.act, entry.subject) for entry in operator_log.page(conn, before=None, limit=5)]
        assert "471182" not in str(conn.execute(log_table.select()).all())
    assert isinstance(taken, PersonAnswer)
    assert (taken.text.get_secret_value(), taken.who, acts[0]) == ("471182", "ops", ("ops", "answer", "A1"))


async def test_the_button_gives_a_support_file_and_is_journaled(web: WebServer, admin: httpx.AsyncClient) -> None:
    answer = await submit(admin, "/accounts/A1", "/accounts/A1/support")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert (answer.headers["content-disposition"], answer.content[:2]) == (
        'attachment; filename="support-A1.zip"',
        b"PK",
    )
    with reading(web.engine) as conn:
        assert operator_log.page(conn, before=None, limit=1)[0].act == "support file"


async def test_the_queue_holds_each_kind_with_its_page_and_its_runbook(
    engine: Engine, web: WebServer, admin: httpx.AsyncClient
) -> None:
    now = web.role.parts.clock.now()
    with writing(engine) as conn:
        for account in ("A2", "A3", "A4", "A5", "A6"):
            add_account(conn, account)
        write_account(conn, "A5", failure_code="secret_store_denied")
        write_account(conn, "A6", failure_code="secret_store_denied", authorization=State.NEEDS_HUMAN)
        write_account(conn, "A2", incompletes=1)
        write_account(conn, "A3", stale_since=now)
        write_account(conn, "A4", incompletes=1, authorization=State.PAUSED)
        sealing = web.role.parts.web_key.vault()
        made = add_endpoint(conn, url="https://hooks.example/x", types=[], sealing=sealing, now=now)
        conn.execute(webhook_endpoints.update().values(state="disabled", disabled_at=now))
        for reason in ("merchant_unknown", "other_merchant"):
            held = {"stage": "done", "verdict": "held", "reason": reason, "account_id": "A1", "found_at": now}
            conn.execute(messages.insert().values(held))
        kinds = {task.id: task.kind for task in tasks.list_all(conn, now=now, limit=50)}
        assert all(tasks.get(conn, task_id, now=now) is not None for task_id in kinds)
        assert tasks.get(conn, "stale:A2", now=now) is None
        assert tasks.get(conn, "merchant:2", now=now) is None
    ids = {
        "release:A1",
        "release:A6",
        "store:A5",
        "incomplete:A2",
        "stale:A3",
        f"endpoint:{made.endpoint.id}",
        "merchant:1",
        "mail:2",
    }
    assert set(kinds) == ids
    shown = shown_by(await admin.get("/todo"))
    for place in ("/accounts/A2/findings", "/accounts/A3", "/accounts/A5", "/webhooks", "/mails/1", "/mails/2"):
        assert f'class="button" href="{place}"' in shown
    assert shown.count('class="runbook"') == len(ids)


async def test_an_approval_in_the_console_shows_shop_merchant_and_region_before_it_binds_anybody(
    engine: Engine, web: WebServer, admin: httpx.AsyncClient
) -> None:
    now = web.role.parts.clock.now()
    offered = {
        "shop": "Harbour <b>Lane", "merchant_id": "A1STRANGER0001", "global_account_id": None, "region": "NA",
        "host": "sellercentral.amazon.com", "recipient": "a1@users.example", "invitation_id": "x",
    }  # fmt: skip
    held = {"stage": "done", "verdict": "held", "reason": "merchant_unknown", "account_id": "A1", "found_at": now}
    with writing(engine) as conn:
        conn.execute(messages.insert().values(**held, evidence={"detail": "held", "steps": [], "offered": offered}))
        conn.execute(messages.insert().values(**held, evidence={"detail": "held", "steps": []}))
    for place in ("/mails/1", "/todo"):
        shown = (await admin.get(place)).text
        for word in ("Harbour &lt;b&gt;Lane", "A1STRANGER0001", "NA", "a1@users.example"):
            assert word in shown, (place, word)
    assert "/mails/1/approve" in (await admin.get("/mails/1")).text
    assert "/mails/2/approve" not in (await admin.get("/mails/2")).text  # nobody would see whom it binds
    refused = await submit(admin, "/mails/2", "/mails/2/approve", reason="seen")
    assert (refused.status_code, "judge it again" in refused.text) == (409, True)


async def test_what_a_registration_waits_for_has_its_button(web: WebServer, admin: httpx.AsyncClient) -> None:
    now = web.role.parts.clock.now()
    with writing(web.engine) as conn:
        login_orders.place(conn, "A1", NewOrder(person_name="First Last", agreed_by="Anna"), now=now)
        write_account(conn, "A1", failure_code="challenge")  # a puzzle, or terms to agree to
    assert 'href="/takeover/A1">Take the page over' in (await admin.get("/todo")).text
    with writing(web.engine) as conn:
        write_account(conn, "A1", failure_code="phone_needed")
    shown = (await admin.get("/todo")).text
    assert 'action="/todo/phone"' in shown
    assert "Take the page over" not in shown
    given = {"task": "release:A1"}
    assert (await submit(admin, "/todo", "/todo/phone", phone="0170 1234", **given)).status_code == 422
    assert (await submit(admin, "/todo", "/todo/phone", phone="+12065550100", **given)).status_code == 200
    with reading(web.engine) as conn:
        order, account = login_orders.get(conn, "A1"), accounts.get(conn, "A1")
    assert order is not None
    assert (order.phone, account.authorization is State.NEEDS_HUMAN) == ("+12065550100", False)
    again = await submit(admin, "/accounts/A1", "/todo/phone", phone="+12065550100", **given)
    assert again.status_code == 404
    with writing(web.engine) as conn:
        old_authenticators.note_listed(conn, "A1", ["Authenticator App"], now=now)
        old_authenticators.note_in_force(conn, "A1", now=now)
        old_authenticators.note_left(conn, "A1", "two are listed alike", now=now)
    shown = (await admin.get("/todo")).text
    assert 'action="/todo/removed"' in shown
    assert (await submit(admin, "/todo", "/todo/removed", task="authenticator:A1")).status_code == 200
    assert 'action="/todo/removed"' not in (await admin.get("/todo")).text


@pytest.mark.parametrize("code", ["registration_unanswered", "registration_refused"])
async def test_an_order_that_is_spent_is_placed_anew_by_whoever_accepts_the_conditions(
    web: WebServer, admin: httpx.AsyncClient, code: str
) -> None:
    now = web.role.parts.clock.now()
    with writing(web.engine) as conn:
        login_orders.place(conn, "A1", NewOrder(person_name="First Last", agreed_by="Anna"), now=now)
        write_account(conn, "A1", failure_code=code)
    given = {"task": "release:A1", "agreed": "yes"}
    assert 'action="/todo/order"' not in (await admin.get("/todo")).text  # it may send its form still
    assert (await submit(admin, "/todo", "/todo/order", **given)).status_code == 404
    with writing(web.engine) as conn:
        login_orders.move(conn, "A1", OrderState.ENDED, now=now, why=code)
    async with signed_in(web, name="eve", role=Role.VIEWER) as viewer:
        assert 'action="/todo/order"' not in (await viewer.get("/todo")).text
    shown = (await admin.get("/todo")).text
    assert 'action="/todo/order"' in shown
    assert ("first signs in with it" in shown) == (code == "registration_unanswered")
    assert (await submit(admin, "/todo", "/todo/order", task="release:A1")).status_code == 422
    assert (await submit(admin, "/todo", "/todo/order", **given)).status_code == 200
    with reading(web.engine) as conn:
        order, account = login_orders.get(conn, "A1"), accounts.get(conn, "A1")
    assert order is not None
    assert (order.state, order.person_name) == (OrderState.ORDERED, "First Last")
    assert order.agreed_by not in ("", "Anna")  # whoever pressed it
    assert account.authorization is not State.NEEDS_HUMAN


async def test_a_viewer_answers_nothing(web: WebServer) -> None:
    now = web.role.parts.clock.now()
    with writing(web.engine) as conn:
        until = now + timedelta(minutes=1)
        asked = requests.open_request(
            conn, account_id="A1", kind=RequestKind.APPROVAL, words="", now=now, expires_at=until
        )
    async with signed_in(web, name="eve", role=Role.VIEWER) as viewer:
        assert asked.id not in (await viewer.get("/todo")).text
        assert (await submit(viewer, "/access", f"/requests/{asked.id}/answer")).status_code == 403


@pytest.fixture(autouse=True)
def needy(engine: Engine) -> None:
    """One account that waits for a person, of a seller with a hostile name."""
    with writing(engine) as conn:
        add_account(conn, "A1")
        write_account(
            conn,
            "A1",
            authorization=State.NEEDS_HUMAN,
            failure_code="challenge",
            internal_reason=HOSTILE,
            merchant_name=HOSTILE,
            due=None,
        )


@pytest_asyncio.fixture
async def admin(web: WebServer) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in(web) as client:
        yield client


@pytest.mark.parametrize("place", PAGES)
async def test_nobody_sees_a_page_without_signing_in(web: WebServer, place: str) -> None:
    async with web.bare() as client:
        answer = await client.get(place)
    assert answer.status_code == 401
    assert "sc-agent console" in answer.text
    assert "A1" not in answer.text


@pytest.mark.parametrize("place", PAGES)
async def test_every_page_shows_hostile_names_as_text_under_a_strict_policy(
    admin: httpx.AsyncClient, place: str
) -> None:
    answer = await admin.get(place)
    assert answer.status_code == 200
    assert "<img src=x" not in answer.text
    assert not {"\x1b", "\u202e"} & set(answer.text)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"


async def test_an_address_signs_in_once(web: WebServer) -> None:
    place = address(web)
    async with web.bare() as first, web.bare() as second:
        assert (await first.get(place)).status_code == 303
        assert (await second.get(place)).status_code == 401


async def test_an_address_older_than_a_minute_opens_nothing(web: WebServer) -> None:
    parts = web.role.parts
    then = parts.clock.now() - timedelta(seconds=61)
    with writing(web.engine) as conn:
        people.save(conn, "ops", Role.ADMIN, now=then)
        ticket = sessions.make_ticket(conn, parts.web_key, "ops", now=then)
    async with web.bare() as client:
        assert (await client.get(f"/sign-in?ticket={ticket}")).status_code == 401


async def test_signing_in_gives_a_session_that_was_not_there_before(web: WebServer) -> None:
    async with web.bare() as client:
        client.cookies.set("console", "chosen-by-somebody-else")
        answer = await client.get(address(web))
    cookie = answer.headers["set-cookie"]
    assert "chosen-by-somebody-else" not in cookie
    assert {"HttpOnly", "SameSite=strict"} <= {part.strip() for part in cookie.split(";")}


async def test_a_session_ends_after_twelve_hours_or_when_its_person_is_removed(web: WebServer) -> None:
    parts = web.role.parts
    with writing(web.engine) as conn:
        people.save(conn, "ops", Role.VIEWER, now=parts.clock.now())
        started = parts.clock.now()
        secret = sessions.start(conn, parts.web_key, "ops", source="here", now=started)
    with reading(web.engine) as conn:
        assert sessions.find(conn, parts.web_key, secret, now=started + timedelta(hours=11, minutes=59))
        assert sessions.find(conn, parts.web_key, secret, now=started + timedelta(hours=12)) is None
    with writing(web.engine) as conn:
        people.remove(conn, "ops")
        assert sessions.find(conn, parts.web_key, secret, now=started) is None


async def test_a_release_is_done_journaled_and_logged_with_its_reason(web: WebServer, admin: httpx.AsyncClient) -> None:
    answer = await submit(admin, "/accounts/A1", "/accounts/A1/release", reason="solved the CAPTCHA")
    assert answer.status_code == 200
    assert "released by ops: solved the CAPTCHA" in answer.text
    since = re.search(r"<small>since <time datetime=\"([^\"]+)", answer.text)
    assert since
    assert abs(web.role.parts.clock.now() - datetime.fromisoformat(since[1])) < timedelta(minutes=5)
    with reading(web.engine) as conn:
        assert accounts.get(conn, "A1").authorization is not State.NEEDS_HUMAN
        entry = operator_log.page(conn, before=None, limit=1)[0]
    assert (entry.person, entry.act, entry.subject, entry.reason) == ("ops", "release", "A1", "solved the CAPTCHA")
    assert web.woken


@pytest.mark.parametrize(
    "place", ["/accounts/A1/pause", "/accounts/A1/release", "/accounts/A1/audit", "/pause", "/todo/claim"]
)
async def test_a_viewer_may_not_act_though_the_form_is_right(web: WebServer, place: str) -> None:
    async with signed_in(web, name="eve", role=Role.VIEWER) as viewer:
        token = sessions.form_token(web.role.parts.web_key, viewer.cookies["console"])
        answer = await viewer.post(place, data={"form_token": token, "reason": "x", "task": "release:A1"})
    assert answer.status_code == 403
    assert "operator" in answer.text
    with reading(web.engine) as conn:
        assert accounts.get(conn, "A1").authorization is State.NEEDS_HUMAN
        assert switches.paused_by(conn) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": ""},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://attacker.example"},
    ],
)
async def test_a_form_of_another_site_changes_nothing(
    web: WebServer, admin: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    token = sessions.form_token(web.role.parts.web_key, admin.cookies["console"])
    answer = await admin.post("/pause", data={"form_token": token, "reason": "x"}, headers=headers)
    assert answer.status_code == 403
    with reading(web.engine) as conn:
        assert switches.paused_by(conn) is None


@pytest.mark.parametrize("token", ["", "0" * 32, "é"])
async def test_a_form_without_the_token_of_its_session_changes_nothing(
    web: WebServer, admin: httpx.AsyncClient, token: str
) -> None:
    answer = await admin.post("/pause", data={"form_token": token, "reason": "x"})
    assert answer.status_code == 403
    with reading(web.engine) as conn:
        assert switches.paused_by(conn) is None


async def test_an_act_without_a_reason_is_refused(admin: httpx.AsyncClient) -> None:
    answer = await submit(admin, "/accounts/A1", "/accounts/A1/pause", reason=" ")
    assert (answer.status_code, "reason" in answer.text) == (422, True)


async def test_a_name_that_is_rebound_to_us_reaches_no_page(web: WebServer) -> None:
    async with signed_in(web) as client:
        answer = await client.get("/", headers={"Host": "attacker.example"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "name",
    [
        "../../../agent.sqlite",
        "%2e%2e/%2e%2e/agent.sqlite",
        "..%2f..%2fagent.sqlite",
        "/etc/passwd",
        ".hidden",
        "link.png",
        "folder/../../x",
    ],
)
async def test_no_name_of_evidence_leads_out_of_its_folder(
    web: WebServer, admin: httpx.AsyncClient, web_settings: Settings, name: str
) -> None:
    visit = "0" * 32
    folder = web_settings.data_dir / "evidence" / "A1" / visit
    folder.mkdir(parents=True)
    (web_settings.data_dir / "agent.sqlite").write_text("secret")
    (folder / "link.png").symlink_to(web_settings.data_dir / "agent.sqlite")
    answer = await admin.get(f"/accounts/A1/visits/{visit}/files/{name}")
    assert answer.status_code == 404
    assert "secret" not in answer.text


async def test_pictures_are_shown_and_pages_are_only_downloaded(
    admin: httpx.AsyncClient, web_settings: Settings
) -> None:
    visit = "0" * 32
    folder = web_settings.data_dir / "evidence" / "A1" / visit
    folder.mkdir(parents=True)
    (folder / "failure.png").write_bytes(b"png")
    (folder / "failure.html").write_text("<script>alert(1)</script>")
    (folder / "failure.json").write_text('{"steps": [{"screen": "captcha_image", "act": "seen", "url": "<b>"}]}')
    page = await admin.get(f"/accounts/A1/visits/{visit}")
    assert "captcha image" in page.text
    assert "<b>" not in page.text.replace("<b>captcha image</b>", "")
    picture = await admin.get(f"/accounts/A1/visits/{visit}/files/failure.png")
    kept = await admin.get(f"/accounts/A1/visits/{visit}/files/failure.html")
    assert picture.headers["content-type"] == "image/png"
    assert kept.headers["content-disposition"].startswith("attachment")
    assert kept.headers["content-type"] == "application/octet-stream"
    assert "sandbox" in kept.headers["content-security-policy"]


async def test_a_visit_is_looked_at_step_by_step_without_scripts(
    admin: httpx.AsyncClient, web_settings: Settings
) -> None:
    visit = "0" * 32
    folder = web_settings.data_dir / "evidence" / "A1" / visit
    folder.mkdir(parents=True)
    steps = [
        {"screen": f"screen_{number}", "act": "seen", "element": HOSTILE, "candidate": number} for number in range(3)
    ]
    told = {
        "steps": steps,
        "nearest": [f"otp by form, which lacks {HOSTILE}"],
        "blocked": ["POST /x"],
        "error": {"code": "unknown_screen"},
    }
    (folder / "failure.json").write_text(json.dumps(told))
    (folder / "failure.png").write_bytes(b"png")
    for name in ("step-001-screen_0.jpg", "step-002-screen_1.jpg", "step-002-screen_2.jpg"):
        (folder / name).write_bytes(b"jpg")
    place = f"/accounts/A1/visits/{visit}"
    last = shown_by(await admin.get(place))
    assert "Step 3 of 3" in last
    assert ('href="?step=2#player"' in last, "masked" in last, "otp by form, which lacks" in last) == (True, True, True)
    assert 'files/failure.png" alt="The page at the end' in last
    first = shown_by(await admin.get(place + "?step=1"))
    second = shown_by(await admin.get(place + "?step=2"))
    assert 'files/step-001-screen_0.jpg" alt="The page of step 1, masked"' in first
    assert ("files/step-002-screen_1.jpg" in second, "screen_2.jpg" in second) == (True, False)  # its own screen's
    assert "Step 1 of 3" in first
    assert ('rel="prev"' in first, 'rel="next"' in first, "screen 0" in first) == (False, True, True)
    for wrong, shown in (("0", 1), ("99", 3), ("x", 3), ("-1", 3), ("²", 3)):
        assert f"Step {shown} of 3" in (await admin.get(place, params={"step": wrong})).text
    assert "<img src=x" not in first + last


async def test_a_visit_that_ended_well_is_looked_at_step_by_step_too(
    admin: httpx.AsyncClient, web_settings: Settings
) -> None:
    folder = web_settings.evidence_root / "A1" / ("1" * 32)
    folder.mkdir(parents=True)
    steps = [{"screen": "invitation_offered", "act": "pressed", "element": "accept", "seconds": 0.4}]
    (folder / "story.json").write_text(json.dumps({"kind": "accept", "outcome": "accepted", "steps": steps}))
    (folder / "step-001-invitation_offered.jpg").write_bytes(b"jpg")
    shown = shown_by(await admin.get(f"/accounts/A1/visits/{folder.name}"))
    assert ("Step 1 of 1" in shown, "Nothing is kept here" in shown) == (True, False)
    assert 'files/step-001-invitation_offered.jpg" alt="The page of step 1, masked"' in shown


async def test_findings_say_since_when_and_are_exported_in_every_format(
    web: WebServer, admin: httpx.AsyncClient
) -> None:
    for day, actual in ((1, "None"), (2, "View & Edit"), (3, "View & Edit")):
        kept = document(actual=actual)
        kept["audited_at"] = f"2026-01-0{day}T00:00:00Z"
        number = keep(web, kept)
    page = (await admin.get("/accounts/A1/findings")).text
    assert "2026-01-02 00:00:00 UTC" in page.partition("<tbody>")[2]
    for kind in ("json", "csv", "sarif", "html", "junit", "ocsf"):
        assert f'href="/accounts/A1/audits/{number}.{kind}"' in page
        answer = await admin.get(f"/accounts/A1/audits/{number}.{kind}")
        assert (answer.status_code, answer.headers["content-disposition"]) == (
            200,
            f'attachment; filename="audit-{number}.{kind}"',
        )
    for name in ("x.json", f"{number}.pdf", "99.json", f"{number}"):
        assert (await admin.get(f"/accounts/A1/audits/{name}")).status_code == 404


async def test_findings_say_by_which_policy_and_what_reads_otherwise_than_another_audit(
    web: WebServer, admin: httpx.AsyncClient
) -> None:
    in_force = load_policy().version
    first, second = document(actual="None"), document(actual="View & Edit")
    first["policy"], second["policy"] = "0123456789ab", in_force
    numbers = [keep(web, one) for one in (first, second)]
    newest = shown_by(await admin.get(f"/accounts/A1/findings?against={numbers[0]}"))
    assert f"Judged by policy <code>{in_force}</code>." in newest
    assert f"Rows that read otherwise than in audit {numbers[0]}" in newest
    assert '<td data-label="Then">None</td><td data-label="Now">View &amp; Edit</td>' in newest
    assert "judged by different policies (<code>0123456789ab</code>" in newest
    older = (await admin.get(f"/accounts/A1/findings?audit={numbers[0]}")).text
    assert f"another one is in force now: <code>{in_force}</code>" in older
    assert "Rows that read otherwise" not in older


async def test_every_finding_is_shown_with_its_remedy_also_one_whose_row_is_not_on_the_page(
    web: WebServer, admin: httpx.AsyncClient
) -> None:
    made = document()
    told = {"id": "f2", "permission": "Agreements/Amendments", "remedy": "It is not on the page; look by hand."}
    missing: Any = {**made["findings"][0], **told, "actual": None}
    made["findings"].append(missing)
    keep(web, made)
    shown = shown_by(await admin.get("/accounts/A1/findings"))
    assert "Set it to None." in shown.partition("User Permissions")[2]
    assert "Agreements/Amendments</bdi></b> (<bdi>regional</bdi>), None expected:" in shown
    assert "It is not on the page; look by hand." in shown


async def test_an_event_is_found_by_its_id(web: WebServer, admin: httpx.AsyncClient, engine: Engine) -> None:
    first = published(engine)[0]
    found = (await admin.get("/search", params={"q": first["id"]})).text
    assert f"Event {first['sequence']}: account.registered.v1" in found
    assert 'href="/accounts/A1"' in found
    assert "Nothing was found" in (await admin.get("/search?q=evt_none")).text


async def test_a_task_is_taken_on_by_one_person(web: WebServer, admin: httpx.AsyncClient) -> None:
    assert "Nobody has taken it on" in shown_by(await admin.get("/todo"))
    await submit(admin, "/todo", "/todo/claim", task="release:A1")
    assert "Taken on by <bdi>ops</bdi>" in (await admin.get("/todo")).text
    async with signed_in(web, name="bea", role=Role.OPERATOR) as other:
        answer = await submit(other, "/accounts/A1", "/todo/claim", task="release:A1")
    assert answer.status_code == 409


async def test_only_what_is_an_old_authenticator_is_said_to_be_removed(
    web: WebServer, admin: httpx.AsyncClient
) -> None:
    for task in ("release:A1", "authenticator:A1", "authenticator:nobody", ""):
        assert (await submit(admin, "/todo", "/todo/removed", task=task)).status_code == 404, task
    with reading(web.engine) as conn:
        assert accounts.get(conn, "A1").authorization is State.NEEDS_HUMAN


async def test_the_queue_shows_the_first_paragraph_of_the_runbook_and_folds_the_others(
    admin: httpx.AsyncClient,
) -> None:
    first, _, more = shown_by(await admin.get("/todo")).partition("<summary>More of the runbook</summary>")
    assert "sign in as the user email by hand in an ordinary browser" in first
    assert "A driver can pass it in the console: Take over on the account" in more.partition("</details>")[0]


async def test_a_broken_chain_is_told(web: WebServer, admin: httpx.AsyncClient) -> None:
    await submit(admin, "/accounts/A1", "/accounts/A1/pause")
    await submit(admin, "/accounts/A1", "/accounts/A1/resume")
    assert "The chain holds" in (await admin.get("/audit-log")).text
    with writing(web.engine) as conn:
        conn.execute(log_table.update().where(log_table.c.number == 2).values(reason="something nicer"))
    assert "broken at entry 2" in (await admin.get("/audit-log")).text


async def test_an_entry_that_is_taken_out_is_told(web: WebServer, admin: httpx.AsyncClient) -> None:
    await submit(admin, "/accounts/A1", "/accounts/A1/pause")
    await submit(admin, "/accounts/A1", "/accounts/A1/resume")
    with writing(web.engine) as conn:
        conn.execute(log_table.delete().where(log_table.c.number == 2))
    assert "broken at entry 3" in (await admin.get("/audit-log")).text


async def test_a_database_that_is_away_is_told_in_a_page(web: WebServer, admin: httpx.AsyncClient) -> None:
    with web.engine.begin() as conn:
        conn.exec_driver_sql("ALTER TABLE accounts RENAME TO gone")
    answer = await admin.get("/")
    assert answer.status_code == 503
    assert "The database is away" in answer.text
    assert "Traceback" not in answer.text


async def test_ids_are_quoted_and_unknown_accounts_are_not_found(admin: httpx.AsyncClient) -> None:
    for place in ("/accounts/nobody", "/accounts/%00", "/mails/1", "/mails/x", "/accounts/A1/visits/x"):
        answer = await admin.get(place)
        assert (answer.status_code, 'aria-label="Console"' in answer.text, "ops" in answer.text) == (404, True, True)


async def test_what_is_paused_is_told_on_the_page_of_a_problem_too(web: WebServer, admin: httpx.AsyncClient) -> None:
    await submit(admin, "/access", "/pause", reason="the site changed")
    for place in (*PAGES, "/accounts/nobody"):
        assert "Everything is paused by" in (await admin.get(place)).text, place


@pytest.mark.parametrize(
    ("web_values", "expected"),
    [({}, True), ({"behind_proxy": True}, False), ({"behind_proxy": True, "oidc": {"issuer": "https://id"}}, True)],
)
def test_off_this_machine_there_is_a_console_only_where_people_sign_in_by_oidc(
    tmp_path: Path, vault: Vault, web_values: dict[str, object], expected: bool
) -> None:
    settings = Settings(data_dir=tmp_path, web=WebSettings.model_validate(web_values))
    assert is_open(settings, "127.0.0.1:8480") is expected
    assert is_open(Settings(data_dir=tmp_path), "192.0.2.1:8480") is False


def test_a_page_of_the_log_goes_on_below_a_number(engine: Engine) -> None:
    with writing(engine) as conn:
        for _ in range(3):
            operator_log.append(
                conn, person="ops", source="here", act="x", subject="s", reason="r", now=datetime.now(UTC)
            )
        assert [entry.number for entry in operator_log.page(conn, before=3, limit=5)] == [2, 1]
