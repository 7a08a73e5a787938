"""Giving what a visit asks a person for.

The form stands on /todo and on the account's page.
"""

from __future__ import annotations

from collections.abc import Mapping

from agent.actions.requests import answer_request
from agent.store.console.people import Role
from agent.web.answers import answering, require_sealing_key
from agent.web.console.entry.access import Visitor
from agent.web.console.handle import Done, acts


def _answer(visit: Visitor, form: Mapping[str, str]) -> Done:
    request_id = str(visit.request.path_params["request"])
    with answering("/answer"):
        given = answer_request(
            visit.conn,
            request_id,
            form.get("answer", ""),
            sealing=require_sealing_key(visit.parts),
            who=visit.person.name,
            now=visit.now,
        )
    return Done(act="answer", subject=given.account_id, to=f"/accounts/{given.account_id}")


answer = acts(_answer, role=Role.OPERATOR)
