"""Everything a support case needs about one account, in one file to give away."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from agent.domain.account import Account
from agent.domain.published.status_document import status_document
from agent.errors import ConfigurationError
from agent.report.as_support import support_page
from agent.report.leaks import find_leaks, without_lookalikes
from agent.settings.model import Settings
from agent.settings.own_secrets import secret_values
from agent.store import accounts, audits, journal, timeline
from agent.store.database.handles import Connection
from agent.store.vault import sessions, sign_in_secrets
from agent.store.vault.keys import Vault
from agent.version import own_version
from flows import Redactor, is_drawn, marketplace, seed_forms, telling_in

_STORY = 200
_AUDITS = 2
_VISITS = 5
_PICTURES = 20
_LARGEST = 3_000_000  # bytes of one file
_SOMEBODY = "[left out]"
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)  # of entries: the same content is the same file


class LeakError(ConfigurationError):
    """Something that must not be given away is still there after scrubbing.

    Nothing was written.
    """


@dataclass(slots=True)
class _Parts:
    """What goes into the file, and what does not and why."""

    files: dict[str, bytes] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


def support_file(conn: Connection, vault: Vault, account_id: str, *, settings: Settings, now: datetime) -> bytes:
    """Build the zip of a support case.

    It holds `summary.html`, status, story, audits, stories and masked pictures of the newest visits.

    The vault is needed to know what must not be in it.

    Raises:
        UnknownAccountError: there is no such account.
        VaultError: its secrets cannot be opened, so nothing can be proven to be free of them.
        LeakError: the last look found something.
    """
    account = accounts.get(conn, account_id)
    known, allowed = _known(conn, vault, account, settings), _allowed(account)
    parts = _gather(conn, account, settings.evidence_root, now)
    parts.files = {name: _scrubbed(name, data, known, allowed) for name, data in parts.files.items()}
    for name, data in parts.files.items():
        kinds = sorted(set(find_leaks(data, known=known, allowed=allowed)))
        if kinds or known.redact(name) != name:
            raise LeakError(
                f"the file for support was not written: {name} still contained {', '.join(kinds) or 'a known secret'} "
                "after scrubbing; please report this"
            )
    return _zipped(parts.files)


def _known(conn: Connection, vault: Vault, account: Account, settings: Settings) -> Redactor:
    known = Redactor()
    known.register_all(secret_values(settings))
    if sign_in_secrets.is_sealed(conn, account.id):
        given = sign_in_secrets.load(conn, vault, account.id).secrets
        known.register(given.password)
        known.register_all(seed_forms(given.totp_secret.get_secret_value()))
    session = sessions.load(conn, vault, account.id) or {}
    cookies = (str(cookie.get("value", "")).strip('"') for cookie in session.get("cookies", ()))
    known.register_all(value for value in cookies if is_drawn(value))
    return known


def _allowed(account: Account) -> frozenset[str]:
    own = (
        account.user_email,
        account.merchant_id,
        account.global_account_id,
        marketplace(account.marketplace).marketplace_id,
    )
    return frozenset(each.lower() for each in own if each)


def _gather(conn: Connection, account: Account, evidence: Path, now: datetime) -> _Parts:
    parts, status = _Parts(), status_document(account)
    entries, _ = timeline.page(conn, account.id, after=None, limit=_STORY)
    documents = [
        found for skip in range(_AUDITS) if (found := audits.last_audit(conn, account.id, skip=skip)) is not None
    ]
    visits = [str(entry["visit"]) for entry in entries if entry["kind"] == "visit"][:_VISITS]
    for visit in visits:
        _take_visit(parts, evidence / account.id / visit, f"visits/{visit}")
    story = [{"at": entry["at"], "kind": entry["kind"], "told": _told(entry)} for entry in entries]
    values = {
        "status": status,
        "made_at": now,
        "version": own_version(),
        "merchant_name": account.merchant_name,
        "merchant_id": account.merchant_id,
        "since": journal.stands_since(conn, account.id, account.authorization) or account.updated_at,
        "failure_code": account.failure_code,
        "internal_reason": account.internal_reason,
        "last_complete_read_at": account.last_complete_read_at,
        "audits": documents,
        "story": story,
        "pictures": [name for name in parts.files if name.endswith(".png")],
        "left_out": parts.left_out,
    }
    parts.files["status.json"] = _json(status)
    parts.files["story.json"] = _json([{**entry, "at": entry["at"].isoformat()} for entry in story])
    parts.files |= {f"audits/{number}.json": _json(found) for number, found in enumerate(documents, 1)}
    parts.files["summary.html"] = support_page(values, marketplace=account.marketplace).encode()
    return parts


def _take_visit(parts: _Parts, folder: Path, name: str) -> None:
    """The story and the masked pictures of one visit.

    Pages and recordings stay where they are.
    """
    if not folder.is_dir() or folder.is_symlink():
        return
    for file in sorted(folder.rglob("*")):
        place = f"{name}/{file.relative_to(folder)}"
        if file.is_symlink() or not file.is_file():
            continue
        if file.suffix not in (".png", ".json") or file.stat().st_size > _LARGEST:
            parts.left_out.append(f"{place}: pages, recordings and large files stay with the agent")
        elif file.suffix == ".png" and sum(each.endswith(".png") for each in parts.files) >= _PICTURES:
            parts.left_out.append(f"{place}: there are {_PICTURES} pictures already")
        else:
            parts.files[place] = file.read_bytes()


def _told(entry: Mapping[str, Any]) -> str:
    words = (f"{name}: {value}" for name, value in entry.items() if name not in ("at", "kind") and value is not None)
    return ", ".join(words)


def _scrubbed(name: str, data: bytes, known: Redactor, allowed: frozenset[str]) -> bytes:
    """Without what is known by value, and without addresses and ids of other accounts."""
    if name.endswith(".png"):
        return data
    text = known.redact(data.decode("utf-8", errors="replace"))
    others = {found for found in telling_in(text) if found.lower() not in allowed}
    for found in sorted(others, key=len, reverse=True):
        text = text.replace(found, _SOMEBODY)
    return without_lookalikes(text, instead=_SOMEBODY).encode()


def _json(document: object) -> bytes:
    return json.dumps(document, indent=1, ensure_ascii=False, default=str).encode()


def _zipped(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files, key=lambda each: (each != "summary.html", each)):
            archive.writestr(zipfile.ZipInfo(name, _FIXED_TIME), files[name])
    return packed.getvalue()
