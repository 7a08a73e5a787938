"""A program `sc-agent` whose short commands are forked from a process that has imported their libraries.

For scripts that type commands. Those that stay (the daemon, the stand-ins) get a fresh interpreter, which takes signals
itself; that each command starts in one is a test of its own.
"""

from __future__ import annotations

import json
import socketserver
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.processes.forked.commands import ForkedProcess

SHORT = ("accounts", "audit", "doctor", "status")
_WITHIN = 100.0  # seconds
_CLIENT = """
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as line:
    line.connect(sys.argv[1])
    asked = {"arguments": sys.argv[2:], "env": dict(os.environ), "cwd": os.getcwd(), "pid": os.getpid()}
    line.sendall(json.dumps(asked).encode() + b"\\n")
    sys.exit(int(line.makefile().readline() or 1))
"""


class _Starts(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        """Fork one command onto the streams of the process that asks, and answer with its exit code."""
        asked = json.loads(self.rfile.readline())
        streams = [Path(f"/proc/{asked['pid']}/fd/{number}") for number in (0, 1, 2)]
        command = ForkedProcess(tuple(asked["arguments"]), env=asked["env"], cwd=Path(asked["cwd"]), streams=streams)
        self.wfile.write(f"{command.wait(_WITHIN)}\n".encode())


@contextmanager
def quick_program(program: Path, python: str = sys.executable) -> Iterator[None]:
    """Write the program, and answer it while the block runs."""
    place = program.with_name("commands.socket")
    client = program.with_name("ask.py")
    client.write_text(_CLIENT)
    program.write_text(
        f'#!/bin/sh\ncase "$1" in {"|".join(SHORT)}) exec {python} -I -S {client} {place} "$@";; esac\n'
        f'exec {python} -m agent "$@"\n'
    )
    program.chmod(0o755)
    with socketserver.ThreadingUnixStreamServer(str(place), _Starts) as server:
        thread = threading.Thread(target=server.serve_forever, name="commands")
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
