"""JSON and form fields with everything masked under the name of a secret.

And which fields those were.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from flows.recording.scrubbing.named_values import MASK, is_known_in_some_form
from flows.recording.scrubbing.secret_names import is_secret_key, is_secret_name

_CALLED = frozenset({"name", "key", "id", "field", "header"})  # a list of fields tells each one's name so
_ITS_VALUE = frozenset({"value", "values", "content"})


@dataclass(slots=True, kw_only=True)
class FieldMask:
    """Masks by name what is not replaced by value.

    `masked` names the fields as the player's rules do.
    """

    is_known: Callable[[str], bool]
    also: Iterable[str] = ()
    is_answer: bool = False  # the site's own words: a `code` may be a country's
    masked: list[str] = field(default_factory=list)

    def pairs(self, kind: str, pairs: Iterable[Sequence[str]]) -> list[list[str]]:
        """Mask form fields or parameters."""
        counts: Counter[str] = Counter()
        told = []
        for name, value in pairs:
            counts[name] += 1
            path = f"{kind}.{name}" if counts[name] == 1 else f"{kind}.{name}[{counts[name]}]"
            told.append([name, self._shown(path, value, is_secret=is_secret_name(name, also=self.also))])
        return told

    def tree(self, value: Any, *, path: str = "json", is_secret: bool = False) -> Any:
        """Mask in a JSON value; everything below a secret's name is one."""
        match value:
            case dict():
                called = [text for key, text in value.items() if str(key).lower() in _CALLED and isinstance(text, str)]
                return {
                    key: self.tree(
                        part, path=f"{path}.{key}", is_secret=is_secret or self._is_named_secret(key, part, called)
                    )
                    for key, part in value.items()
                }
            case [str() as called, str() as part] if self._is_secret(called, part):
                return [called, self.tree(part, path=f"{path}.1", is_secret=True)]
            case list():
                return [self.tree(part, path=f"{path}.{at}", is_secret=is_secret) for at, part in enumerate(value)]
            case str():
                return self._shown(path, value, is_secret=is_secret)
            case bool() | None:
                return value
            case _:
                if is_secret and not self.is_known(str(value)):
                    self.masked.append(path)
                    return 0
                return value

    def _is_named_secret(self, key: str, part: Any, called: Sequence[str]) -> bool:
        """Whether a field is a secret by its key.

        A value is one by any name that stands beside it.
        """
        names = called if called and str(key).lower() in _ITS_VALUE else (key,)
        return any(self._is_secret(name, part) for name in names)

    def _is_secret(self, key: str, part: Any) -> bool:
        if not self.is_answer:
            return is_secret_name(key, also=self.also)
        return is_secret_key(key, part if isinstance(part, str) else json.dumps(part), also=self.also)

    def _shown(self, path: str, value: str, *, is_secret: bool) -> str:
        if not is_secret or not value or is_known_in_some_form(value, self.is_known):
            return value
        self.masked.append(path)
        return MASK


def strings_of(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield (name, text) of every text in a JSON value.

    What stands in a list has the list's name.
    """
    match value:
        case dict():
            for key, part in value.items():
                yield from strings_of(part, str(key))
        case list():
            for part in value:
                yield from strings_of(part, name)
        case str():
            yield name, value
