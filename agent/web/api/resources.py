"""The resources of the API, in the order of the contract."""

from __future__ import annotations

from agent.web.api import root

ROUTERS = (root.router,)
