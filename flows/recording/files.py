"""A recording on disk.

Which files there are, and that nothing unscrubbed gets into them. Format:
fixtures/recordings/README.md.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Any

from flows.catalogue.load import Catalogue
from flows.recording.exchange import Captured
from flows.recording.scrubbing.body_text import told_bytes
from flows.recording.scrubbing.mail_text import scrub_mail
from flows.recording.scrubbing.scrub import Scrub
from flows.recording.scrubbing.scrub_exchange import scrub_header, scrub_request, scrub_session
from flows.recording.scrubbing.volatile import cookies_of_the_site, mask_inputs
from flows.recording.shape import shape
from flows.recording.visit import Snapshot
from flows.redaction.redact import Redactor
from flows.visit.visit import StoryStep

SCHEMA = 1
_EXTENSIONS = {
    "text/html": "html",
    "application/json": "json",
    "text/javascript": "js",
    "application/javascript": "js",
    "text/css": "css",
    "text/plain": "txt",
}
_DROPPED = frozenset({"content-length", "content-encoding", "transfer-encoding", "connection", "keep-alive", "date"})
_CLOCK_NOISE = timedelta(seconds=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingParts:
    """Everything a recording is made of, not scrubbed yet."""

    flow: str
    recorded_at: datetime
    browser: str
    inputs: Mapping[str, Any]
    outcome: Mapping[str, Any]
    story: Sequence[StoryStep]
    snapshots: Sequence[Snapshot]
    exchanges: Sequence[Captured]
    session: Mapping[str, Any]
    mail: bytes | None
    version: str
    volatile: Sequence[str]


def write_recording(directory: Path, parts: RecordingParts, redactor: Redactor, catalogue: Catalogue) -> Path:
    """Write the directory, whole or not at all; it must not exist yet, or be empty.

    Raises:
        FileExistsError: there is something in the directory.
    """
    if directory.exists() and any(directory.iterdir()):
        raise FileExistsError(f"{directory} holds something already; choose another directory for the recording")
    scrub = Scrub.of(parts.exchanges, parts.inputs, parts.session, redactor, mail=parts.mail)
    pages = [scrub.text(mask_inputs(snapshot.html)) for snapshot in parts.snapshots]
    files = {
        "recording.json": b"",
        "exchanges.json": b"",
        "session.json": _json(scrub_session(parts.session, scrub)),
    }
    rows, cookies, masked = [], cookies_of_the_site(parts.exchanges, parts.session), set(parts.volatile)
    for number, captured in enumerate(parts.exchanges, 1):
        row, body, rules = _exchange(number, captured, scrub, parts.recorded_at, cookies)
        rows.append(row)
        masked |= rules
        if body is not None:
            files[f"bodies/{row['response']['body']}"] = body
    files["recording.json"] = _json(_about(parts, scrub, catalogue, masked))
    files["exchanges.json"] = _json(rows)
    for number, (snapshot, html) in enumerate(zip(parts.snapshots, pages, strict=True), 1):
        files[f"pages/{_page_name(number, snapshot)}"] = html.encode()
    if parts.mail is not None:
        files["mail.eml"] = scrub_mail(parts.mail, scrub.redact)
    directory.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory.parent, prefix=f".{directory.name}.") as beside:
        for name, content in files.items():
            _write(Path(beside) / "whole" / name, content)
        (Path(beside) / "whole").replace(directory)
    return directory


def catalogue_version(root: Path) -> str:
    """Hash the catalogue's files.

    Two recordings with the same version were read by the same selectors.
    """
    digest = hashlib.sha256()
    for file in sorted(root.glob("*.toml")):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


def _about(parts: RecordingParts, scrub: Scrub, catalogue: Catalogue, volatile: Iterable[str]) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "flow": parts.flow,
        "recorded_at": parts.recorded_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "browser": parts.browser,
        "catalogue": catalogue_version(catalogue.root),
        **_adopted(catalogue),
        "agent": parts.version,
        "inputs": scrub.tree(parts.inputs),
        "expected": scrub.tree(parts.outcome),
        "story": [
            scrub.tree({"screen": s.screen, "act": s.act, "element": s.element, "alert": s.alert, "url": s.url})
            for s in parts.story
        ],
        "pages": [
            {
                "file": _page_name(number, snapshot),
                "screen": snapshot.screen,
                "url": scrub.text(snapshot.url),
                "shape": shape(snapshot.html),
            }
            for number, snapshot in enumerate(parts.snapshots, 1)
        ],
        "volatile": sorted(volatile),
    }


def _adopted(catalogue: Catalogue) -> dict[str, Any]:
    """What people adopted and the visit knew, so that a replay knows it too.

    Nothing where there was none.
    """
    laid = [{"kind": kind, "name": name, "text": text} for kind, name, text in catalogue.laid]
    return {"adopted": laid} if laid else {}


def _exchange(
    number: int, captured: Captured, scrub: Scrub, recorded_at: datetime, site_cookies: frozenset[str]
) -> tuple[dict[str, Any], bytes | None, set[str]]:
    """Return the row, its body if kept, and the rules for masked fields."""
    request, rules = scrub_request(captured, scrub, site_cookies)
    row: dict[str, Any] = {"number": number, "kind": captured.kind, "request": request, "response": None}
    if captured.lost:
        row["lost"] = scrub.redact(captured.lost)
    if captured.failure:
        row["failure"] = captured.failure
    if captured.status is None:
        return row, None, rules
    headers = [[name, scrub_header(name, value, scrub)] for name, value in _headers(captured, recorded_at)]
    row["response"] = {"status": captured.status, "headers": headers, "body": None}
    if not captured.body:
        return row, None, rules
    body = scrub.body(captured.body, captured.received_content_type)
    if body is None:
        row["response"]["omitted"] = told_bytes(captured.body, captured.received_content_type)
        return row, None, rules
    row["response"]["body"] = (
        f"{hashlib.sha256(body).hexdigest()[:20]}.{_EXTENSIONS.get(captured.received_type, 'bin')}"
    )
    return row, body, rules


def _headers(captured: Captured, recorded_at: datetime) -> list[tuple[str, str]]:
    """The headers that mean something later, and the site's clock.

    How far it was from ours, at the one moment a recording knows.
    """
    kept = [(name, value) for name, value in captured.headers if name.lower() not in _DROPPED]
    sent = next((value for name, value in captured.headers if name.lower() == "date"), None)
    if sent is None:
        return kept
    skew = captured.site_skew(parsedate_to_datetime(sent))
    moment = recorded_at if abs(skew) < _CLOCK_NOISE else recorded_at + skew
    return [*kept, ("Date", format_datetime(moment.astimezone(UTC), usegmt=True))]


def _page_name(number: int, snapshot: Snapshot) -> str:
    return f"{number:02}-{snapshot.screen}.html"


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(content)
