"""A server that answers every request with the same words: the least a web process of this machine can take."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import Receive, Scope, Send

_BODY = b'{"hello": "world"}'


async def hello(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer 200, whatever was asked."""
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(_BODY)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": _BODY})


@asynccontextmanager
async def bare_server() -> AsyncIterator[str]:
    """Serve it by the same server in a process of its own; yields its address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.tools.bare_server", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.terminate()
        await process.wait()


async def _main() -> None:
    config = uvicorn.Config(hello, http="h11", lifespan="off", log_config=None, access_log=False)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sys.stdout.write("{}:{}\n".format(*listener.getsockname()))
        sys.stdout.flush()
        await uvicorn.Server(config).serve(sockets=[listener])


if __name__ == "__main__":
    asyncio.run(_main())
