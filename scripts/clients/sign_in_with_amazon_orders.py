"""Sign in with `amazon-orders` at a stand-in.

Run by the client's own interpreter, imports nothing of ours, changes nothing of it.

Standard input: {"port", "base", "email", "password", "totp_secret", "device"}; the certificate is trusted by
REQUESTS_CA_BUNDLE. Standard output: one line {"signed_in": bool, "said": [...], "error": str}.
"""

# mypy: ignore-errors
# The client is in an environment of its own, where nothing of ours is looked at.

from __future__ import annotations

import json
import socket
import sys
import tempfile

from amazonorders.conf import AmazonOrdersConfig
from amazonorders.session import AmazonSession, IODefault

ASKED = json.load(sys.stdin)
_look_up = socket.getaddrinfo


def _on_this_machine(host, port, *rest, **more):  # type: ignore[no-untyped-def]
    """Every name is the stand-in's."""
    return _look_up("127.0.0.1", ASKED["port"], *rest, **more)


class Answers(IODefault):
    """Choose the device that is wanted, and keep what is said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def echo(self, msg: str, **_kwargs: object) -> None:
        if msg:
            self.said.append(str(msg))

    def prompt(self, msg: str, type: object = None, **kwargs: object) -> str:
        choices = [str(choice) for choice in kwargs.get("choices", ())]  # type: ignore[attr-defined]
        wanted = [choice for choice in choices if ASKED.get("device", "") in choice.lower()]
        self.said.append(f"{msg} {choices}")
        return wanted[0].partition(":")[0] if wanted else ""


def main() -> int:
    """Sign in once and tell how it went."""
    socket.getaddrinfo = _on_this_machine
    io, error = Answers(), ""
    with tempfile.TemporaryDirectory() as folder:
        config = AmazonOrdersConfig(
            config_path=f"{folder}/config.yml",
            data={
                "domain": ASKED["base"],
                "cookie_jar_path": f"{folder}/cookies.json",
                "output_dir": folder,
                "auth_reattempt_wait": 0,
            },
        )
        session = AmazonSession(
            ASKED["email"], ASKED["password"], io=io, config=config, otp_secret_key=ASKED["totp_secret"]
        )
        try:
            session.login()
        except Exception as err:  # noqa: BLE001 - whatever it is, it is told
            error = f"{type(err).__name__}: {err}"
        told = {"signed_in": session.is_authenticated and not error, "said": io.said, "error": error}
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
