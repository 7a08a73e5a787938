"""What must not be printed.

The settings' secrets always, those of a visit as long as it runs.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from pydantic import SecretStr

from flows import Redactor


class Redaction:
    """Redacts with every running visit's redactor.

    A visit's values are forgotten when it ends, those given here never.
    """

    def __init__(self, always: Iterable[SecretStr] = ()) -> None:
        standing = Redactor()
        standing.register_all(always)
        self._active: list[Redactor] = [standing]
        self._lock = threading.Lock()

    @contextmanager
    def visiting(self, redactor: Redactor) -> Iterator[Redactor]:
        """Redact these values too, as long as the block runs."""
        with self._lock:
            self._active = [*self._active, redactor]
        try:
            yield redactor
        finally:
            with self._lock:
                self._active = [each for each in self._active if each is not redactor]

    def redact(self, text: str) -> str:
        """Replace every value that is registered now."""
        for redactor in self._active:
            text = redactor.redact(text)
        return text
