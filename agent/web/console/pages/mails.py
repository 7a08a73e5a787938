"""`/mails` and `/mails/{n}`: what was judged and why, step by step.

Approving and judging again.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from agent.domain.invitation import MailVerdict
from agent.store.console.people import Role
from agent.store.inbox import messages
from agent.store.inbox.messages import Message
from agent.web.console import render
from agent.web.console.entry.access import Visitor
from agent.web.console.handle import Done, acts
from agent.web.http.problems import Code, Problem, invalid, not_found

_MOST = 100
_MOST_DIGITS = 9


def list_(visit: Visitor) -> Response:
    """Render the newest messages."""
    verdict = visit.request.query_params.get("verdict") or None
    if verdict is not None and verdict not in set(MailVerdict):
        raise invalid(f"The verdict is none of {', '.join(MailVerdict)}.")
    found = messages.list_recent(visit.conn, limit=_MOST, verdict=verdict)
    return render.page(
        visit,
        "pages/mails.html.j2",
        {"messages": found, "verdict": verdict, "verdicts": list(MailVerdict), "most": _MOST},
    )


def show(visit: Visitor) -> Response:
    """Render one message: its verdict and every step of the proof."""
    message = _message(visit)
    evidence = message.evidence or {}
    values = {
        "message": message,
        "steps": evidence.get("steps", []),
        "detail": evidence.get("detail", ""),
        "offered": evidence.get("offered"),
        "can_approve": _is_approvable(message) and visit.parts.vault is not None,
    }
    return render.page(visit, "pages/mail.html.j2", values)


def _is_approvable(message: Message) -> bool:
    """Whether a person can see whom an approval binds.

    What was judged before that was kept is judged again first.
    """
    return message.verdict == MailVerdict.HELD and "offered" in (message.evidence or {})


def _approve(visit: Visitor, _form: Mapping[str, str]) -> None:
    """Act on the held mail; the approval has a transaction of its own."""
    from agent.mail import approval

    message, parts = _message(visit), visit.parts
    if parts.vault is None:
        detail = "This web role has no vault key and cannot open mails; use 'sc-agent mail approve'."
        raise Problem(409, Code.INVALID, detail)
    if message.verdict == MailVerdict.HELD and not _is_approvable(message):
        detail = "This mail shows no invitation that could be approved; judge it again to see whether it holds one."
        raise Problem(409, Code.INVALID, detail)
    settings, engine = parts.settings, parts.engine
    held = approval.look_at_held(message.id, settings=settings, engine=engine, vault=parts.vault, now=visit.now)
    who = f"{visit.person.name} in the console"
    approval.approve(held, account_id=None, asked_by=who, settings=settings, engine=engine, now=visit.now)


def _approved(visit: Visitor, _form: Mapping[str, str]) -> Done:
    number = str(visit.request.path_params["number"])
    return Done(act="approve mail", subject=number, to=f"/mails/{number}", wake=True)


def _retry(visit: Visitor, _form: Mapping[str, str]) -> Done:
    message = _message(visit)
    if message.verdict in (MailVerdict.ACCEPT, MailVerdict.DUPLICATE):
        raise Problem(409, Code.INVALID, "This mail was acted on already; there is nothing to try again.")
    if message.sealed is None and message.uid is None:
        raise Problem(409, Code.INVALID, "Its bytes are not kept any more; give the file again.")
    messages.ask_again(visit.conn, message.id)
    return Done(act="judge mail again", subject=str(message.id), to=f"/mails/{message.id}")


def _message(visit: Visitor) -> Message:
    text = str(visit.request.path_params["number"])
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else -1
    found = messages.get(visit.conn, number)
    if found is None:
        raise not_found("mail")
    return found


approve = acts(_approved, role=Role.OPERATOR, fresh=True, first=_approve)
retry = acts(_retry, role=Role.OPERATOR)
