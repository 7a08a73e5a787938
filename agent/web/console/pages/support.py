"""The button that makes a file for a support case."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from agent.actions.support import support_file
from agent.store import accounts
from agent.store.console.people import Role
from agent.web.console.entry.access import Visitor
from agent.web.console.handle import Done, acts
from agent.web.http.problems import Code, Problem


def _download(visit: Visitor, _form: Mapping[str, str]) -> Done:
    account, parts = accounts.get(visit.conn, str(visit.request.path_params["account"])).id, visit.parts
    if parts.vault is None:
        detail = (
            "This process has no vault key, so it cannot know what must not be in the file; use 'sc-agent support' "
            "on a worker."
        )
        raise Problem(409, Code.ELSEWHERE, detail)
    made = support_file(visit.conn, parts.vault, account, settings=parts.settings, now=visit.now)
    name = "".join(char if char.isalnum() and char.isascii() else "-" for char in account)
    headers = {"Content-Disposition": f'attachment; filename="support-{name}.zip"', "Cache-Control": "no-store"}
    response = Response(made, media_type="application/zip", headers=headers)
    return Done(act="support file", subject=account, to=f"/accounts/{account}", response=response)


download = acts(_download, role=Role.OPERATOR)
