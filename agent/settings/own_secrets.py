"""The secrets among the settings, by value.

Never printed, and left to no child process.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, MutableMapping
from urllib.parse import SplitResult, quote, unquote, unquote_plus, urlsplit

from pydantic import BaseModel, SecretStr

from agent.settings.model import PREFIX, Settings

_DRIVERS_OWN = "PGPASSWORD"
_PAIR = re.compile(r"(?i)\b(\w*(?:pass(?!file)|secret|token)\w*)\s*=\s*('(?:[^'\\]|\\.)*'|[^\s&]+)")
_SHORTEST = 8  # a shorter part of an address is a word of it


def secret_values(settings: Settings) -> Iterator[SecretStr]:
    """Yield every secret of the settings.

    Of an address for alarms, and of the database's, also the parts that are secret.
    """
    yield from _leaves(settings)
    for url in settings.observe.notify_urls:
        yield from map(SecretStr, _parts(url.get_secret_value()))
    yield from map(SecretStr, database_secrets(settings.database_url or ""))


def database_secrets(url: str) -> set[str]:
    """The secrets in a database address, in every form that the driver takes.

    User info, parameters, key=value.
    """
    found = {_split(url).password or ""}
    found |= {value for _, value in _PAIR.findall(url)}
    bare = {value.strip("'") for value in found} | {value.strip("'").replace("\\", "") for value in found}
    return {form for value in found | bare for form in (value, unquote(value), unquote_plus(value)) if form}


def with_password_of_environment(settings: Settings, environment: Mapping[str, str]) -> Settings:
    """The settings with the database password of the environment.

    The database's own library would take it from there; here it can be
    taken out there.
    """
    url, password = settings.database_url, environment.get(_DRIVERS_OWN)
    if not password or not (url or "").startswith("postgres") or database_secrets(str(url)):
        return settings
    more = f"{'&' if '?' in str(url) else '?'}password={quote(password, safe='')}"
    return settings.model_copy(update={"database_url": f"{url}{more}"})


def forget_environment(settings: Settings, environment: MutableMapping[str, str] = os.environ) -> None:
    """Take every variable that holds a secret of the settings out of the environment.

    The browser and its driver would inherit it.
    """
    values = [value.get_secret_value() for value in secret_values(settings)]
    for name in [name for name in environment if name.upper().startswith(PREFIX)]:
        if any(value and value in environment[name] for value in values):
            del environment[name]
    environment.pop(_DRIVERS_OWN, None)


def _leaves(value: object) -> Iterator[SecretStr]:
    match value:
        case SecretStr():
            yield value
        case BaseModel():
            for name in type(value).model_fields:
                yield from _leaves(getattr(value, name))
        case list():
            for part in value:
                yield from _leaves(part)


def _parts(url: str) -> Iterator[str]:
    """The pieces of an address that may be its password or token."""
    split = _split(url)
    login, _, host = split.netloc.rpartition("@")
    pieces = [*login.split(":"), *host.split(":"), *split.path.split("/"), *split.query.replace("=", "&").split("&")]
    for piece in pieces:
        if len(piece) >= _SHORTEST and "." not in piece:
            yield from {piece, unquote(piece)}


def _split(url: str) -> SplitResult:
    """Split an address; one that is none has no parts."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")
