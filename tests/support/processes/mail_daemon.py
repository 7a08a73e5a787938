"""Lives of the mail service, each of which kills itself at a chosen write.

`python -m tests.support.processes.mail_daemon`.

Reads one JSON plan a line, forks a life for it (so that imports are paid once), prints the life's process id, and
`over` at its end.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from sqlalchemy import event

from agent.mail.service import MailService
from agent.store.database.engine import connect
from agent.store.vault.keys import Vault, parse_key
from tests.support.sites.mail_world import make_settings


def main() -> None:
    """Serve plans until standard input ends."""
    for line in sys.stdin:
        life = os.fork()
        if life == 0:
            live(json.loads(line))
        print(life, flush=True)  # noqa: T201 - the parent reads it
        os.waitpid(life, 0)
        print("over", flush=True)  # noqa: T201


def live(plan: dict[str, Any]) -> None:
    """Run until killed; `kill_at` counts commits, `when` is `before` or `after` that commit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # standard output is the parent's protocol
    settings = make_settings(Path(plan["folder"]), port=plan["port"], dns=plan["dns"])
    engine = connect(settings.database_url or "")
    count = [0]

    def before_commit(_: object) -> None:
        count[0] += 1
        if plan["when"] == "before" and count[0] == plan["kill_at"]:
            os.kill(os.getpid(), signal.SIGKILL)

    def after_commit(*_: object) -> None:
        if plan["when"] == "after" and count[0] >= plan["kill_at"]:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "commit", before_commit)
    event.listen(engine, "checkin", after_commit)
    vault = Vault(parse_key(plan["key"], source="a test"))
    MailService(settings, engine=engine, vault=vault, on_arrival=lambda _: None).start()
    threading.Event().wait(120)
    os._exit(1)


if __name__ == "__main__":
    main()
