"""Answering what the agent asks of a person."""

from __future__ import annotations

from datetime import datetime

from agent.domain.requests import RequestKind, parse_answer
from agent.store.database.handles import Connection
from agent.store.people import requests
from agent.store.people.requests import NoOpenRequestError, PersonRequest, RequestExpiredError, RequestState

CODES = (RequestKind.SMS_CODE, RequestKind.MAIL_CODE)


class WhichRequestError(Exception):
    """The account waits for several codes; it must be said which one this is."""


def answer_request(
    conn: Connection, request_id: str, text: str, *, sealing: str, who: str, now: datetime
) -> PersonRequest:
    """Give an answer to one open request.

    It is sealed, and taken once by the visit that asked.

    Raises:
        NoOpenRequestError, RequestExpiredError: no visit waits for it.
        NotAnAnswerError: it is nothing of the kind that is asked for.
    """
    asked = requests.find(conn, request_id)
    if asked is None:
        raise NoOpenRequestError
    _require_open(asked, now)
    return requests.answer(conn, asked.id, sealing=sealing, text=parse_answer(asked.kind, text), who=who, now=now)


def find_code_request(conn: Connection, account_id: str, request_id: str | None, *, now: datetime) -> PersonRequest:
    """The request of an account that a code is for.

    Raises:
        NoOpenRequestError, RequestExpiredError: no visit waits for a code.
        WhichRequestError: more than one does, and none is named.
    """
    if request_id is not None:
        named = requests.find(conn, request_id)
        if named is None or named.account_id != account_id or named.kind not in CODES:
            raise NoOpenRequestError
        _require_open(named, now)
        return named
    waiting = requests.open_of(conn, account_id, now=now, kinds=CODES)
    if len(waiting) > 1:
        raise WhichRequestError
    if waiting:
        return waiting[0]
    last = requests.newest_of(conn, account_id, kinds=CODES)
    if last is None:
        raise NoOpenRequestError
    _require_open(last, now)
    raise NoOpenRequestError


def _require_open(asked: PersonRequest, now: datetime) -> None:
    if asked.is_late(now):
        raise RequestExpiredError
    if asked.state is not RequestState.OPEN:
        raise NoOpenRequestError
