"""Telling systemd that we are ready, alive, stopping (sd_notify).

Nothing happens elsewhere.
"""

from __future__ import annotations

import os
import socket


def sd_notify(state: str) -> bool:
    """Send one state ("READY=1", "WATCHDOG=1", "STOPPING=1").

    False when no service manager listens.
    """
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
            sock.sendto(state.encode(), address)
    except OSError:
        return False
    return True
