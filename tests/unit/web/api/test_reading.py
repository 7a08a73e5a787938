"""What can be read of an account beside its status.

Audits as reports, findings, evidence.
"""

from __future__ import annotations

import base64
import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from agent.domain.audit.document import AuditDocument
from agent.store import audits
from agent.store.api.api_keys import Scope
from agent.store.database.engine import writing
from tests.support.stored.registry import NOW
from tests.support.web.web_server import WebServer
from tests.unit.web.api.test_accounts import ACCOUNTS, registered
from tests.unit.web.test_door import code_of

VISIT = "0" * 32


_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def document(verdict: str = "fail", *, actual: str = "View & Edit") -> AuditDocument:
    """An audit with one finding."""
    place = {"scope": "regional", "section": "Settings", "permission": "User Permissions", "occurrence": 1}
    finding = {
        **place, "id": "f1", "kind": "must_be_none", "expected": "None", "actual": actual,
        "offered": ["None", "View & Edit"],
        "remedy": "Set it to None.",
    }  # fmt: skip
    row = {**place, "offered": ["None", "View & Edit"], "expected": "None", "actual": actual, "as_expected": False}
    made: Any = {
        "account": "A1", "user_email": "a1@users.example", "audited_at": "2026-11-23T12:00:00Z", "verdict": verdict,
        "source": "grid",
        "layout": "classic", "counts": {"permissions": 1, "as_expected": 0, "findings": 1}, "findings": [finding],
        "permissions": [row],
        "notes": [], "probes": [], "features": {}, "language": "en", "drift": [], "evidence": [],
    }  # fmt: skip
    return made  # type: ignore[no-any-return]


def explained(folder: Path) -> AuditDocument:
    """An audit with a gap, a lost row and a picture of the page that was drawn, and its files below the folder."""
    made = document("incomplete", actual="None")
    png = base64.b64decode(_PIXEL)
    (folder / "evidence" / "A1" / VISIT).mkdir(parents=True)
    for name in ("explained-1.png", "explained-gap-1.png"):
        (folder / "evidence" / "A1" / VISIT / name).write_bytes(png)
    gap = {"kind": "banner", "words": "Draft, not published", "where": "main > div.flash"}
    crop, whole = (f"evidence/A1/{VISIT}/explained-{name}.png" for name in ("gap-1", "1"))
    mark: Any = {**gap, "number": 1, "next": "Look at it.", "picture": crop, "box": [1, 1, 9, 9]}
    made["findings"][0]["no_picture"] = "the row is not on the page"
    made["gaps"] = [{**gap, "picture": crop}]  # type: ignore[typeddict-item]  # as above
    made["lost_rows"] = [{"scope": "regional", "section": "Orders", "permission": "Manage Returns"}]
    picture: Any = {"picture": whole, "name": "/permissions", "alt": "The page, coloured", "counts": {"label": 1}}
    made["explained"] = {
        "legend": {"label": "permission (green)"},
        "pictures": [picture],
        "page": None,
        "marks": [mark],
        "why_not": None,
    }
    return made


def keep(web: WebServer, made: AuditDocument) -> int:
    """Store an audit of A1."""
    with writing(web.engine) as conn:
        return audits.record_audit(conn, account="A1", at=NOW, document=made, visit_id=VISIT)


async def test_an_audit_is_read_in_each_format(web: WebServer) -> None:
    async with web.client(Scope.ACCOUNTS_READ, Scope.ACCOUNTS_WRITE) as client:
        await registered(client)
        number = keep(web, document())
        found = {
            kind: await client.get(f"{ACCOUNTS}/A1/audits/{number}.{kind}")
            for kind in ("json", "csv", "sarif", "html", "junit")
        }
        assert {answer.status_code for answer in found.values()} == {200}
        assert found["json"].json()["audits"][0]["findings"][0]["id"] == "f1"
        assert any("User Permissions" in row for row in csv.reader(StringIO(found["csv"].text)))
        assert json.loads(found["sarif"].text)["version"] == "2.1.0"
        assert ElementTree.fromstring(found["junit"].text).tag.startswith("testsuite")  # noqa: S314 - our own
        assert "sandbox" in found["html"].headers["content-security-policy"]
        for wrong in ("1.exe", "x.json", f"{number}", "-1.json", "99999999999.json", f"{number + 1}.json"):
            assert code_of(await client.get(f"{ACCOUNTS}/A1/audits/{wrong}")) == (404, "not_found")


async def test_an_audit_of_another_account_is_not_shown(web: WebServer) -> None:
    async with web.client() as client:
        await registered(client)
        await registered(client, id="A2", user_email="a2@users.example")
        number = keep(web, document())
        assert code_of(await client.get(f"{ACCOUNTS}/A2/audits/{number}.json")) == (404, "not_found")


async def test_what_was_forgotten_is_told_apart(web: WebServer) -> None:
    async with web.client() as client:
        await registered(client)
        first, second = keep(web, document()), keep(web, document())
        with writing(web.engine) as conn:
            audits.forget_audits(conn, before=NOW.replace(year=2099))
        assert code_of(await client.get(f"{ACCOUNTS}/A1/audits/{first}.json")) == (410, "forgotten")
        assert code_of(await client.get(f"{ACCOUNTS}/A1/findings?against={first}")) == (410, "forgotten")
        assert (await client.get(f"{ACCOUNTS}/A1/audits/{second}.json")).status_code == 200


async def test_findings_are_compared_with_another_audit(web: WebServer) -> None:
    async with web.client() as client:
        await registered(client)
        assert code_of(await client.get(ACCOUNTS + "/A1/findings")) == (404, "not_found")
        first = keep(web, document(actual="Admin"))
        keep(web, document())
        alone = (await client.get(ACCOUNTS + "/A1/findings")).json()
        beside = (await client.get(f"{ACCOUNTS}/A1/findings?against={first}")).json()
    assert (alone["verdict"], alone["changes"], len(alone["findings"])) == ("fail", None, 1)
    assert {kind: len(found) for kind, found in beside["changes"].items()} == {"new": 0, "changed": 1, "resolved": 0}


async def test_evidence_is_an_attachment_and_nothing_beside_it_is_reached(web: WebServer, tmp_path: Path) -> None:
    folder = tmp_path / "evidence" / "A1" / VISIT
    folder.mkdir(parents=True)
    (folder / "page.html").write_text("<script>alert(1)</script>")
    (folder / "out").symlink_to(tmp_path)
    (tmp_path / "secret.txt").write_text("zq-secret")
    async with web.client() as client:
        await registered(client)
        place = f"{ACCOUNTS}/A1/evidence/{VISIT}"
        answer = await client.get(place + "/page.html")
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["content-type"] == "application/octet-stream"
        assert "sandbox" in answer.headers["content-security-policy"]
        assert code_of(await client.get(place + "/gone.png")) == (404, "elsewhere")
        for name in ("/../../../secret.txt", "/..%2F..%2F..%2Fsecret.txt", "/out/secret.txt", "", "/%00", "/.hidden"):
            assert (await client.get(place + name)).status_code == 404


@pytest.mark.parametrize("name", ["pdf", "JSON", "text"])
async def test_a_format_that_is_none_is_not_found(web: WebServer, name: str) -> None:
    async with web.client() as client:
        await registered(client)
        number = keep(web, document())
        assert code_of(await client.get(f"{ACCOUNTS}/A1/audits/{number}.{name}")) == (404, "not_found")


async def test_what_an_audit_made_of_its_page_is_read_with_its_pictures(web: WebServer, tmp_path: Path) -> None:
    async with web.client(Scope.ACCOUNTS_READ, Scope.ACCOUNTS_WRITE, Scope.EVIDENCE_READ) as client:
        await registered(client)
        number = keep(web, explained(tmp_path))
        read = (await client.get(f"{ACCOUNTS}/A1/audits/{number}.json")).json()["audits"][0]
        place = read["gaps"][0]["picture"].removeprefix("evidence/A1/")
        assert (await client.get(f"{ACCOUNTS}/A1/evidence/{place}")).content == base64.b64decode(_PIXEL)
        page = (await client.get(f"{ACCOUNTS}/A1/audits/{number}.html")).text
        assert (page.count("data:image/png;base64,"), 'alt="The page, coloured"' in page) == (2, True)
        for kind, words in (("junit", "[[ATTACHMENT|"), ("sarif", "explained"), ("json", "Look at it.")):
            assert words in (await client.get(f"{ACCOUNTS}/A1/audits/{number}.{kind}")).text


async def test_evidence_in_a_shared_directory_is_found_there(web: WebServer, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    web.role.parts.settings.evidence_dir = shared
    (shared / "A1" / VISIT).mkdir(parents=True)
    (shared / "A1" / VISIT / "story.json").write_text("{}")
    async with web.client() as client:
        await registered(client)
        assert (await client.get(f"{ACCOUNTS}/A1/evidence/{VISIT}/story.json")).text == "{}"
