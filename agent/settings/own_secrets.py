"""The secrets among the settings, by value: never printed, and left to no child process."""

from __future__ import annotations

import os
from collections.abc import Iterator, MutableMapping
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import BaseModel, SecretStr

from agent.settings.model import PREFIX, Settings

_SHORTEST = 8  # a shorter part of an address is a word of it


def secret_values(settings: Settings) -> Iterator[SecretStr]:
    """Yield every secret of the settings; of an address for alarms, and of the database's, also the parts that are
    secret.
    """
    yield from _leaves(settings)
    for url in settings.observe.notify_urls:
        yield from map(SecretStr, _parts(url.get_secret_value()))
    if settings.database_url:
        password = _split(settings.database_url).password
        yield from (SecretStr(form) for form in {password, unquote(password)}) if password else ()


def forget_environment(settings: Settings, environment: MutableMapping[str, str] = os.environ) -> None:
    """Take every variable that holds a secret of the settings out of the environment: the browser and its driver would
    inherit it.
    """
    values = [value.get_secret_value() for value in secret_values(settings)]
    for name in [name for name in environment if name.upper().startswith(PREFIX)]:
        if any(value and value in environment[name] for value in values):
            del environment[name]


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
