"""`/accounts/{id}/findings`.

Every permission expected and read, and what differs from another audit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from agent.domain.audit.changes import changes_since, moved_rows
from agent.domain.audit.document import AuditDocument
from agent.domain.audit.memory import words_of_lost
from agent.domain.policy.load import load_policy
from agent.errors import AgentError
from agent.store import accounts, audits
from agent.store.console.people import Role
from agent.store.people import lost_rows
from agent.web.audit_files import TYPES, audit_file, parse_name
from agent.web.console import render
from agent.web.console.entry.access import Visitor
from agent.web.console.handle import Done, acts
from agent.web.http.problems import not_found

_MOST_DIGITS = 9
_LOOKED_BACK = 20  # audits: since when a row is as it is
Key = tuple[str, str, str]


def show(visit: Visitor) -> Response:
    """Render the matrix of one audit, by default the newest."""
    account = accounts.get(visit.conn, str(visit.request.path_params["account"]))
    query = visit.request.query_params
    number = _number(query.get("audit")) or audits.newest_number(visit.conn, account.id)
    document = None if number is None else audits.audit_by_number(visit.conn, account.id, number)
    if number is not None and document is None:
        raise not_found("audit")
    against = _number(query.get("against"))
    other = None if against is None else audits.audit_by_number(visit.conn, account.id, against)
    findings = document["findings"] if document is not None else []
    changes = changes_since(other, document) if other is not None and document is not None else None
    values = {
        "account": account,
        "number": number,
        "audit": document,
        "sections": _sections(document, _since(visit, account.id, number)),
        "remedies": {" ".join(_key(finding)): finding["remedy"] for finding in findings},
        "rowless": _rowless(document),
        "changes": changes,
        "moved": moved_rows(other, document) if other is not None and document is not None else [],
        "policy": _policy(visit, document, other),
        "against": against,
        "listed": audits.list_numbers(visit.conn, account.id, limit=20),
        "formats": list(TYPES),
        "pictures": _pictures(account.id, document),
        "unpictured": {
            " ".join(_key(finding)): finding["no_picture"] for finding in findings if "no_picture" in finding
        },
        "views": _views(account.id, document),
        "marks": _marks(account.id, document),
        "newest": audits.newest_number(visit.conn, account.id),
    }
    return render.page(visit, "pages/findings.html.j2", values)


def _policy(visit: Visitor, document: AuditDocument | None, other: AuditDocument | None) -> dict[str, str | None]:
    """Which policies judged this audit and the other, and which is in force.

    None where an audit of 0.1 does not say, or the file in force cannot be read.
    """
    in_force = None
    with suppress(AgentError):
        in_force = load_policy(visit.parts.settings.audit.policy_file).version
    return {
        "judged_by": document.get("policy") if document else None,
        "in_force": in_force,
        "other": other.get("policy") if other else None,
    }


def _sections(document: AuditDocument | None, since: Mapping[Key, str]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Rows by scope and section, those with a finding first."""
    if document is None:
        return []
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in document["permissions"]:
        found[f"{row['section']} ({row['scope']})"].append(dict(row) | {"since": since.get(_key(row))})
    for rows in found.values():
        rows.sort(key=lambda row: (bool(row["as_expected"]), str(row["permission"])))
    return sorted(found.items(), key=lambda item: (all(row["as_expected"] for row in item[1]), item[0]))


def _rowless(document: AuditDocument | None) -> list[dict[str, Any]]:
    """The findings about rows that the page does not have.

    A missing row, or an exception that no row needs.
    """
    if document is None:
        return []
    rows = {_key(row) for row in document["permissions"]}
    return [dict(finding) for finding in document["findings"] if _key(finding) not in rows]


def fetch(visit: Visitor) -> Response:
    """Send one audit as a file."""
    account = accounts.get(visit.conn, str(visit.request.path_params["account"])).id
    wanted = parse_name(str(visit.request.path_params["name"]))
    document = None if wanted is None else audits.audit_by_number(visit.conn, account, wanted[0])
    if wanted is None or document is None:
        raise not_found("audit")
    answer = audit_file(document, wanted[1], evidence=visit.parts.settings.data_dir)
    answer.headers["Content-Disposition"] = f'attachment; filename="audit-{wanted[0]}.{wanted[1]}"'
    return answer


def _gone(visit: Visitor, form: Mapping[str, str]) -> Done:
    """Say that the newest audit's lost rows are gone for all.

    For every account of the marketplace and layout.
    """
    account = accounts.get(visit.conn, str(visit.request.path_params["account"]))
    number = _number(form.get("audit"))
    document = None if number is None else audits.audit_by_number(visit.conn, account.id, number)
    if document is None or number != audits.newest_number(visit.conn, account.id):
        raise not_found("audit; look at the newest one")
    if not document.get("lost_rows"):
        raise not_found("lost row in this audit")
    lost_rows.confirm(
        visit.conn,
        document,
        marketplace=account.marketplace,
        person=visit.person.name,
        reason=form["reason"].strip(),
        now=visit.now,
    )
    act = words_of_lost(document, marketplace=account.marketplace)
    return Done(act=act, subject=account.id, to=f"/accounts/{quote(account.id, safe='')}/findings")


gone = acts(_gone, role=Role.ADMIN, fresh=True)  # for the whole fleet, and nothing takes it back


def _since(visit: Visitor, account: str, number: int | None) -> dict[Key, str]:
    """Since which audit each row reads as it does now, among the last ones."""
    if number is None:
        return {}
    numbers = [one for one, _, _ in audits.list_numbers(visit.conn, account, limit=_LOOKED_BACK) if one <= number]
    found: dict[Key, tuple[object, str, bool]] = {}  # what it reads, since when, whether that is the end of it
    for place, one in enumerate(numbers):
        document = audits.audit_by_number(visit.conn, account, one)
        read = {_key(row): row["actual"] for row in document["permissions"]} if document else {}
        for key in list(found) if place else list(read):
            actual, at, is_over = found.get(key, (read.get(key), "", False))
            if is_over or document is None or key not in read or read[key] != actual:
                found[key] = actual, at, True
            else:
                found[key] = actual, document["audited_at"], False
    return {key: at for key, (_, at, _) in found.items()}


def _key(row: Mapping[str, Any]) -> Key:
    return str(row["scope"]), str(row["section"]), str(row["permission"])


def _pictures(account: str, document: AuditDocument | None) -> dict[str, str]:
    """The address of each row's picture, by `scope section permission`."""
    found = {}
    for finding in document["findings"] if document else ():
        for path in finding.get("evidence", []):
            found[" ".join(_key(finding))] = _address(account, path)
    return found


def _address(account: str, path: str) -> str:
    """Where the console shows a file of the evidence."""
    visit, _, name = path.removeprefix(f"evidence/{account}/").partition("/")
    return f"/accounts/{quote(account, safe='')}/visits/{quote(visit, safe='')}/files/{quote(name)}"


def _views(account: str, document: AuditDocument | None) -> list[dict[str, Any]]:
    """The explained pictures, and how many pieces each kind of claim has."""
    explained = document.get("explained") if document else None
    if explained is None:
        return []
    names = explained["legend"]
    return [
        {
            **picture,
            "address": _address(account, picture["picture"]),
            "claims": [f"{count} {names.get(kind, kind)}" for kind, count in picture["counts"].items()],
        }
        for picture in explained["pictures"]
    ]


def _marks(account: str, document: AuditDocument | None) -> list[dict[str, Any]]:
    """Each gap and unread row with what a person may do.

    Of an audit that was not drawn, the gaps as they stand.
    """
    if document is None:
        return []
    explained = document.get("explained")
    if explained is None or not explained["marks"]:
        return [{"number": number, **gap, "next": ""} for number, gap in enumerate(document.get("gaps", ()), 1)]
    return [
        {**mark, "address": _address(account, mark["picture"]) if mark["picture"] else None}
        for mark in explained["marks"]
    ]


def _number(text: str | None) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise not_found("audit")
    return int(text)
