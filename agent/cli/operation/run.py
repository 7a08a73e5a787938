"""`sc-agent run`: the daemon."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from typing import Annotated

import structlog
import typer

from agent.cli import context
from agent.errors import UsageError
from agent.observe import events
from agent.observe.logs import configure_logs
from agent.observe.redaction import Redaction
from agent.settings.files import readable_secrets
from agent.settings.model import Settings
from agent.settings.own_secrets import secret_values
from agent.store.vault.keys import has_key
from agent.visits.guards import unanswered
from agent.visits.shared.browser_pool import require_browser
from agent.worker.daemon import ROLES, require_sense, run_daemon
from agent.worker.priority import let_others_first

_LOOK_AGAIN = 1.0  # seconds, while an answer is waited for
_LAST_RESORT = 0.8  # seconds beyond the grace

log = structlog.get_logger(__name__)


def run(
    roles: Annotated[
        str, typer.Option(help="What this process does: mail, work, web; all three by default.")
    ] = ",".join(ROLES),
) -> None:
    """Watch mailboxes, accept invitations, audit permissions and serve the API.

    SIGTERM or SIGINT ends it.
    """
    chosen = {role.strip() for role in roles.split(",") if role.strip()}
    if not chosen or not chosen <= set(ROLES):
        raise UsageError(f"--roles: expected some of {', '.join(ROLES)}, with commas")
    settings = context.settings()
    redaction = Redaction(secret_values(settings))
    configure_logs(level=settings.observe.log_level, style=settings.observe.log_format, redaction=redaction)
    vault = context.vault(settings) if chosen != {"web"} or has_key(settings) else None
    require_sense(settings, chosen)
    if "work" in chosen:
        require_browser(settings)
        if "web" not in chosen:
            let_others_first()
    engine = context.database(settings)
    for path in readable_secrets(settings):
        log.warning(events.FILE_READABLE, path=str(path))
    try:
        asyncio.run(_run(settings, engine=engine, vault=vault, roles=chosen, redaction=redaction))
    finally:
        engine.dispose()


async def _run(settings: Settings, **parts: object) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    grace = settings.work.stop_grace + _LAST_RESORT

    def on_signal() -> None:
        stop.set()
        _end_hard_after(grace, longest=settings.flow.step_timeout)

    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, on_signal)
    try:
        await run_daemon(settings, stop=stop, **parts)  # type: ignore[arg-type]  # passed through as they came
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # the engine's own errors are no Exceptions, and its end may cancel us while we wait for it
        if not stop.is_set():
            raise
        log.exception(
            events.DAEMON_STOP_FAILED
        )  # we were told to stop and do; whatever was cut off is taken up at the next start


def _end_hard_after(grace: float, *, longest: float) -> None:
    """Leave what still hangs as a crash would leave it.

    The next start takes it up again.

    Where a password was typed and not answered, the stop begins with the answer, or when it had its time.
    """

    def look(left: float) -> None:
        if left > 0 and unanswered.count():
            _after(_LOOK_AGAIN, lambda: look(left - _LOOK_AGAIN))
        elif left < longest:
            _after(grace, lambda: os._exit(0))
        else:
            os._exit(0)

    _after(grace, lambda: look(longest))


def _after(seconds: float, act: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, act)
    timer.daemon = True
    timer.start()
