"""`sc-agent selectors drafts|adopt|withdraw|export`: what people showed the agent."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Annotated

import typer

from agent.cli import context
from agent.cli.output import now, print_document, say, timestamp, warn
from agent.errors import ConfigurationError, UsageError
from agent.store.console import operator_log
from agent.store.database.engine import reading, writing
from agent.store.database.handles import Connection
from agent.store.people import adopted, drafts
from agent.store.people.adopted import AdoptedRow
from agent.store.people.drafts import DraftRow, DraftState

_LONGEST_REASON = 500
Reason = Annotated[
    str,
    typer.Option(help="Why, in a sentence that is kept in the audit log beside your name.", show_default=False),
]


def list_(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    all_drafts: Annotated[bool, typer.Option("--all", help="List those that are not offered too, with why.")] = False,
    output: Annotated[
        Path | None,
        typer.Option(help="Write each listed draft's picture, page and file into this directory.", show_default=False),
    ] = None,
) -> None:
    """List what people showed: the drafts that may be adopted, and what is adopted.

    Look at a draft's picture (--output) before you adopt it: that it is harmless is what you say, with your name.
    """
    with reading(context.database(context.settings(), reads=True)) as conn:
        rows, taken = drafts.list_all(conn), adopted.list_all(conn)
        shown = [row for row in rows if all_drafts or row.state is DraftState.OFFERED]
        if output is not None:
            for row in shown:
                _write_draft(output, row, *drafts.page_of(conn, row.id))
    refused = sum(row.state is DraftState.REFUSED for row in rows)
    if as_json:
        told = [_document(row) for row in shown]
        print_document(
            {"schema": 1, "drafts": told, "not_offered": refused, "adopted": [_adopted(row) for row in taken]}
        )
        return
    for row in shown:
        _tell(row)
    for one in taken:
        say(f"adopted {one.name} by {one.person} on {timestamp(one.at)}: {one.reason}")
    more = "" if all_drafts or not refused else f"; {refused} not offered, --all shows why"
    say(f"{sum(row.state is DraftState.OFFERED for row in rows)} drafts, {len(taken)} adopted{more}")


def adopt(
    draft: Annotated[str, typer.Argument(metavar="DRAFT", help="Its number, or its name.", show_default=False)],
    reason: Reason,
) -> None:
    """Adopt a draft: every worker uses it from its next visit on.

    It is checked against all recorded pages and all other screens first, and must claim nothing of theirs. Exit code 1
    where it does, or where it is not offered.
    """
    from agent.actions import adoption

    settings, said = context.settings(), _reason(reason)
    engine = context.database(settings)
    checked = adoption.check(engine, settings, _number(draft))
    who, moment = context.who(), now()
    with writing(engine) as conn:
        name = adoption.adopt(conn, checked, person=who, reason=said, now=moment)
        _log(conn, who, f"adopt {checked.draft.kind}", name, said)
    for page in checked.unknown:
        warn(f"it also claims the recorded page {page}, which no screen claims; look whether that is right")
    say(f"adopted {name}, checked against {checked.looked_at} pages; workers use it from their next visit on")


def withdraw(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What is adopted, as listed.", show_default=False)],
    reason: Reason,
) -> None:
    """Withdraw what was adopted; its draft is offered again."""
    from agent.actions import adoption

    said, engine = _reason(reason), context.database(context.settings())
    with writing(engine) as conn:
        row = adoption.withdraw(conn, name)
        _log(conn, context.who(), f"withdraw {row.kind}", name, said)
    say(f"{name} is adopted no longer")


def export(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Where the files go.", show_default=False)],
) -> None:
    """Write what is adopted as files for the repository.

    Those of `selectors/`, and the recorded pages that they were made from.

    Files that are there and differ are not replaced.
    """
    from flows import page_file

    if directory.exists() and not directory.is_dir():
        raise UsageError(f"a directory was expected at {directory}, there is a file; name another place")
    with reading(context.database(context.settings(), reads=True)) as conn:
        rows = adopted.list_all(conn)
        pages = {name: (number, url, page) for number, name, url, page in drafts.pages(conn)}
    written = 0
    for row in rows:
        place = Path("selectors", "chrome" if row.kind == "chrome" else "", f"{row.name}.toml")
        written += _write(directory / place, row.text.encode())
        if row.kind == "screen" and row.name in pages:
            number, url, page = pages[row.name]
            case = directory / "fixtures" / "pages" / row.name / f"draft_{number}.html"
            expected = {"url": url, "status": 200, "screen": row.name}
            written += _write(case, page_file(page, expected).encode())
    say(f"{len(rows)} adopted, {written} files written below {directory}")


def _number(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    with reading(context.database(context.settings(), reads=True)) as conn:
        found = [row.id for row in drafts.list_all(conn) if row.name == text]
    if not found:
        raise UsageError(f"no draft is called {text!r}; 'sc-agent selectors drafts --all' lists them")
    return found[0]


def _reason(text: str) -> str:
    if not text.strip() or len(text) > _LONGEST_REASON:
        raise UsageError(f"a reason of 1 to {_LONGEST_REASON} characters was expected (--reason TEXT)")
    return text.strip()


def _log(conn: Connection, who: str, act: str, subject: str, reason: str) -> None:
    source = f"command at {socket.gethostname()}"
    operator_log.append(conn, person=who, source=source, act=act, subject=subject, reason=reason, now=now())


def _tell(row: DraftRow) -> None:
    control = row.about.get("control") or {}
    came = (row.about.get("next") or {}).get("screen", "")
    by = f" passed by {row.person}" if row.person else ""
    say(f"{row.id:>4} {row.state} {row.kind} {row.name}: {row.about.get('title') or row.about.get('words', '')}{by}")
    if control:
        say(f"     pressed {control.get('name')!r} ({control.get('role')}) at {row.about.get('url')}; then came {came}")
    for reason in row.refusals:
        say(f"     not offered: {reason}")


def _document(row: DraftRow) -> dict[str, object]:
    return {
        "draft": row.id,
        "kind": row.kind,
        "name": row.name,
        "state": row.state,
        "refusals": list(row.refusals),
        "account": row.account_id,
        "visit": row.visit_id,
        "person": row.person,
        "at": timestamp(row.at),
        **row.about,
        "text": row.text,
    }


def _adopted(row: AdoptedRow) -> dict[str, object]:
    return {
        "name": row.name,
        "kind": row.kind,
        "person": row.person,
        "reason": row.reason,
        "at": timestamp(row.at),
        "sha256": row.digest,
        "draft": row.draft_id,
    }


def _write_draft(directory: Path, row: DraftRow, page: str, picture: bytes | None) -> None:
    stem = f"{row.id}-{row.name}"
    _write(directory / f"{stem}.html", page.encode())
    if row.text:
        _write(directory / f"{stem}.toml", row.text.encode())
    if picture:
        _write(directory / f"{stem}.png", picture)


def _write(file: Path, content: bytes) -> bool:
    """Write a new file; False where it is there already.

    Raises:
        ConfigurationError: it cannot be written, or another one is there.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists():
            if file.read_bytes() != content:
                raise ConfigurationError(f"{file} is there already and differs; name another directory")
            return False
        file.write_bytes(content)
    except OSError as err:
        raise ConfigurationError(f"{file} cannot be written ({err.strerror}); name another directory") from err
    return True
