"""Mail addresses that stand in a page's text."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"""[^\s@<>"'(),;:]{1,255}@[^\s@<>"'(),;:]{1,255}""")


def addresses_in(text: str) -> set[str]:
    """Return the addresses that stand in a text, in lower case.

    Masked ones as they are written.
    """
    return {address.lower().rstrip(".") for address in _ADDRESS.findall(text)}
