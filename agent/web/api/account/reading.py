"""What can be read of one account beside its status.

Timeline, findings, audits, evidence.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel
from starlette.responses import FileResponse, JSONResponse, Response

from agent.domain.audit.changes import changes_since
from agent.domain.audit.document import AuditDocument
from agent.store import audits, insights, timeline
from agent.store.api.api_keys import Scope
from agent.web.api.account.registry import account_of, bounded, timestamp
from agent.web.api.headers import needs
from agent.web.audit_files import SEALED, TYPES, audit_file, parse_name
from agent.web.http import cursors
from agent.web.http.calls import Call, read
from agent.web.http.problems import Code, Problem, not_found

router = APIRouter()

_MOST_DIGITS = 9
_NAME = re.compile(r"[0-9a-f]{32}(/[A-Za-z0-9][A-Za-z0-9._-]{0,99}){1,4}")


class Timeline(BaseModel):
    """The story of an account, the newest first."""

    entries: list[dict[str, Any]]
    next_cursor: str | None


class Findings(BaseModel):
    """The newest audit's findings, and what differs from another audit's."""

    audit: int
    audited_at: str
    verdict: str
    findings: list[dict[str, Any]]
    against: int | None
    changes: dict[str, list[dict[str, Any]]] | None


class InsightsList(BaseModel):
    """Readings of account health and Featured Offer, the newest first.

    In the form of `sc-agent insights`.
    """

    insights: list[dict[str, Any]]
    next_cursor: str | None


@router.get("/accounts/{account_id}/timeline", response_model=Timeline, openapi_extra=needs(Scope.OPERATOR_READ))
def get_timeline(
    request: Request,
    account_id: str,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """Tell an account's story: states, visits, acts, mails."""
    with read(request) as call:
        account_of(call, account_id)
        key, kind = call.parts.web_key, f"timeline {account_id}"
        place = cursors.decode(key, kind, cursor)
        after = None if place is None else _place(place)
        found, end = timeline.page(call.conn, account_id, after=after, limit=limit)
        more = None if end is None else cursors.encode(key, kind, f"{end.passed} {end.at.isoformat()}")
    shown = [{name: _shown(value) for name, value in entry.items()} for entry in found]
    return JSONResponse({"entries": shown, "next_cursor": more})


@router.get("/accounts/{account_id}/findings", response_model=Findings, openapi_extra=needs(Scope.ACCOUNTS_READ))
def get_findings(
    request: Request, account_id: str, against: Annotated[int | None, Query(ge=1, le=10**_MOST_DIGITS)] = None
) -> Response:
    """Read the newest audit's findings; with `against` what differs from that audit."""
    with read(request) as call:
        account_of(call, account_id)
        number = audits.newest_number(call.conn, account_id)
        if number is None:
            raise Problem(404, Code.NOT_FOUND, "No audit of this account is stored yet.")
        now = _audit(call, account_id, number)
        changes = None if against is None else changes_since(_audit(call, account_id, against), now)
    document = {
        "audit": number,
        "audited_at": now["audited_at"],
        "verdict": now["verdict"],
        "findings": now["findings"],
        "against": against,
        "changes": changes,
    }
    return JSONResponse(document)


@router.get("/accounts/{account_id}/audits/{name}", response_class=Response, openapi_extra=needs(Scope.ACCOUNTS_READ))
def get_audit(request: Request, account_id: str, name: str) -> Response:
    """Read one audit as a report.

    `{number}.json`, `.csv`, `.sarif`, `.html`, `.junit` or `.ocsf`.
    """
    if (wanted := parse_name(name)) is None:
        raise Problem(404, Code.NOT_FOUND, f"Expected a name such as 7.json, with one of {', '.join(TYPES)}.")
    with read(request) as call:
        account_of(call, account_id)
        document = _audit(call, account_id, wanted[0])
        evidence = call.parts.settings.data_dir
    return audit_file(document, wanted[1], evidence=evidence)


@router.get("/accounts/{account_id}/insights", response_model=InsightsList, openapi_extra=needs(Scope.ACCOUNTS_READ))
def get_insights(
    request: Request,
    account_id: str,
    since: AwareDatetime | None = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
) -> Response:
    """Read account health and Featured Offer as kept, the newest first.

    404 as long as nothing was read.
    """
    since = bounded(since, at="/query/since")
    with read(request) as call:
        account_of(call, account_id)
        key, kind = call.parts.web_key, f"insights {account_id}"
        place = cursors.decode(key, kind, cursor)
        below = None if place is None else int(place)
        found = insights.list_insights(call.conn, account_id, since=since, limit=limit + 1, below=below)
        if not found and insights.last_insights(call.conn, account_id) is None:
            raise Problem(404, Code.NOT_FOUND, "No insights of this account were read yet.")
    more = cursors.encode(key, kind, str(found[limit - 1].number)) if len(found) > limit else None
    shown = [{"number": one.number, **one.document} for one in found[:limit]]
    return JSONResponse({"insights": shown, "next_cursor": more})


@router.get(
    "/accounts/{account_id}/evidence/{name:path}", response_class=FileResponse, openapi_extra=needs(Scope.EVIDENCE_READ)
)
def get_evidence(request: Request, account_id: str, name: str) -> Response:
    """Fetch a file of a visit's evidence, `{visit}/{file}`, as an attachment."""
    with read(request) as call:
        account_of(call, account_id)
        settings = call.parts.settings
        folder = settings.evidence_root / account_id
    file = _inside(folder, name)
    if file is None:
        raise not_found("evidence")
    if not file.is_file():
        detail = "The evidence is not here: it is forgotten, or lies on the worker that made the visit."
        raise Problem(404, Code.ELSEWHERE, detail)
    headers = {**SEALED, "Cache-Control": "no-store"}
    return FileResponse(
        file,
        media_type="application/octet-stream",
        filename=file.name,
        headers=headers,
        content_disposition_type="attachment",
    )


def _place(text: str) -> timeline.StoryPlace:
    passed, _, at = text.partition(" ")
    return timeline.StoryPlace(at=datetime.fromisoformat(at), passed=int(passed))


def _inside(folder: Path, name: str) -> Path | None:
    """The file of this name below the folder.

    None for a name that is none, or leads out.
    """
    if not _NAME.fullmatch(name):
        return None
    file = (folder / name).resolve()
    return file if file.is_relative_to(folder.resolve()) else None


def _audit(call: Call, account_id: str, number: int) -> AuditDocument:
    document = audits.audit_by_number(call.conn, account_id, number)
    if document is not None:
        return document
    oldest = audits.oldest_number(call.conn, account_id)
    if oldest is not None and number < oldest:
        raise Problem(410, Code.FORGOTTEN, "This audit is older than those that are kept.")
    raise not_found("audit")


def _shown(value: object) -> object:
    return timestamp(value.astimezone(UTC)) if isinstance(value, datetime) else value
