"""What the engine of this process has not finished."""

from __future__ import annotations

from dbos import DBOS


async def unfinished_visits() -> list[str]:
    """The visits that run in all processes, by the id of their workflow."""
    states = ["ENQUEUED", "PENDING", "DELAYED"]
    rows = await DBOS.list_workflows_async(status=states, load_input=False, load_output=False)
    return [row.workflow_id for row in rows]
