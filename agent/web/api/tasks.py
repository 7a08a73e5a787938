"""What a person must do, who has taken it on, and codes that a visit waits for."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field, SecretStr
from starlette.responses import JSONResponse, Response

from agent.actions.requests import answer_request, find_code_request
from agent.store.api.api_keys import Scope
from agent.store.people import tasks
from agent.web.answers import answering, require_sealing_key
from agent.web.api.account.registry import account_of, timestamp
from agent.web.api.documents import Given
from agent.web.api.headers import KEYED, needs
from agent.web.http.calls import Answer, Call, change, once, read
from agent.web.http.problems import Code, Problem, not_found

router = APIRouter()


class Offered(BaseModel):
    """Whom a held mail's invitation would bind the account to.

    `shop` is the sender's own text.
    """

    shop: str | None
    merchant_id: str | None
    global_account_id: str | None
    region: str | None
    host: str | None
    recipient: str | None
    invitation_id: str | None


class Task(BaseModel):
    """One thing to do."""

    id: str
    kind: str
    account: str | None
    reason: str
    since: str
    claimed_by: str | None
    deadline: str | None = None
    words: str | None = None
    note: str | None = None
    offered: Offered | None = None


class Tasks(BaseModel):
    """What waits, the longest waiting first."""

    tasks: list[Task]


class GivenCode(Given):
    """A code that a person received."""

    code: Annotated[SecretStr, Field(min_length=1, max_length=20)]
    request: Annotated[str | None, Field(max_length=64, pattern=r"^[0-9a-f]*$")] = None


@router.get("/tasks", response_model=Tasks, openapi_extra=needs(Scope.OPERATOR_WRITE))
def list_tasks(request: Request, limit: Annotated[int, Query(ge=1, le=200)] = 100) -> Response:
    """List what waits for a person."""
    with read(request) as call:
        return JSONResponse(
            {"tasks": [_document(task) for task in tasks.list_all(call.conn, now=call.now, limit=limit)]}
        )


@router.post("/tasks/{task_id}/claim", response_model=Task, openapi_extra=needs(Scope.OPERATOR_WRITE))
def claim_task(request: Request, task_id: str) -> Response:
    """Take a task on; the same key may say so again."""

    def effect(call: Call) -> Answer:
        found = _free(call, task_id)
        tasks.claim(call.conn, found.id, who=call.who, now=call.now)
        return Answer(200, _document(_task(call, task_id)))

    return change(request, effect=effect)


@router.post("/tasks/{task_id}/unclaim", response_model=Task, openapi_extra=needs(Scope.OPERATOR_WRITE))
def unclaim_task(request: Request, task_id: str) -> Response:
    """Leave a task to others."""

    def effect(call: Call) -> Answer:
        found = _free(call, task_id)
        tasks.unclaim(call.conn, found.id)
        return Answer(200, _document(_task(call, task_id)))

    return change(request, effect=effect)


@router.post("/accounts/{account_id}/codes", response_model=Task, openapi_extra=needs(Scope.OPERATOR_WRITE, also=KEYED))
def give_code(request: Request, account_id: str, body: GivenCode) -> Response:
    """Give a code for an open request of this account.

    It is sealed for the worker that asked, never stored in clear, and never given back. `request` names the request
    where the account waits for two.
    """

    def effect(call: Call) -> Answer:
        account_of(call, account_id)
        with answering():
            asked = find_code_request(call.conn, account_id, body.request, now=call.now)
            given = answer_request(
                call.conn,
                asked.id,
                body.code.get_secret_value(),
                sealing=require_sealing_key(call.parts),
                who=call.who,
                now=call.now,
            )
        return Answer(200, _document(tasks.of_request(given)))

    return once(request, effect=effect)


def _task(call: Call, task_id: str) -> tasks.Task:
    found = tasks.get(call.conn, task_id, now=call.now) if "\x00" not in task_id else None
    if found is None:
        raise not_found("task")
    return found


def _free(call: Call, task_id: str) -> tasks.Task:
    """A task that the caller has, or that is no one's."""
    found = _task(call, task_id)
    if found.claimed_by not in (None, call.who):
        raise Problem(
            409,
            Code.CLAIMED_BY_OTHER,
            "Another person has taken this task on; they give it back, or it is theirs until it is done.",
        )
    return found


def _document(task: tasks.Task) -> dict[str, Any]:
    return {
        "id": task.id,
        "kind": task.kind,
        "account": task.account_id,
        "reason": task.reason,
        "since": timestamp(task.since),
        "claimed_by": task.claimed_by,
        "deadline": None if task.deadline is None else timestamp(task.deadline),
        "words": task.words,
        "note": task.note,
        "offered": None if task.offered is None else dict(task.offered),
    }
