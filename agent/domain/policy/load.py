"""The policy file: its schema, and the frozen policy it becomes."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from agent.domain.audit.level import Level
from agent.domain.policy.model import Feature, KnownRow, Policy, PolicyException, RowName, WhenMissing
from agent.errors import ConfigurationError, UsageError

DEFAULT = Path(__file__).parent / "default.toml"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class _General(_Part):
    preferred: tuple[Level, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _never_none_or_admin(self) -> _General:
        if {Level.NONE, Level.ADMIN} & set(self.preferred) or len(set(self.preferred)) < len(self.preferred):
            raise ValueError(
                'preferred lists "View & Edit" and "View", each once; Admin is always an excess, None always '
                "the last resort"
            )
        return self


class _RowName(_Part):
    section: str = Field(min_length=1)
    permission: str = Field(min_length=1)
    legacy_id: str | None = None

    def name(self) -> RowName:
        return RowName(section=self.section, permission=self.permission, legacy_id=self.legacy_id)


class _MustBeNone(_Part):
    when_missing: WhenMissing = WhenMissing.INCOMPLETE
    rows: tuple[_RowName, ...] = Field(min_length=1)


class _Exception(_Part):
    account: str = Field(min_length=1)
    section: str = Field(min_length=1)
    permission: str = Field(min_length=1)
    scope: str | None = None
    level: Level
    reason: str = Field(min_length=5)
    owner: str = Field(min_length=1)
    ends: date


class _Known(_Part):
    section: str
    permission: str
    legacy_id: str | None = None
    offered: tuple[Level, ...] = ()


class _Feature(_Part):
    name: str
    rows: tuple[_RowName, ...] = ()
    paths: tuple[str, ...] = ()


class _Probes(_Part):
    enough: bool = False


class PolicyFile(_Part):
    """The schema of a policy file.

    What a file leaves out is taken from the default policy, key by key.
    """

    version: Literal[1]
    general: _General
    must_be_none: _MustBeNone
    probes: _Probes = _Probes()
    exceptions: tuple[_Exception, ...] = ()
    known: tuple[_Known, ...] = ()
    features: tuple[_Feature, ...] = ()

    def policy(self) -> Policy:
        """The frozen policy."""
        return Policy(
            preferred=self.general.preferred,
            must_be_none=tuple(row.name() for row in self.must_be_none.rows),
            when_missing=self.must_be_none.when_missing,
            probes_enough=self.probes.enough,
            exceptions=tuple(_exception(item) for item in self.exceptions),
            known=tuple(
                KnownRow(
                    row=RowName(section=k.section, permission=k.permission, legacy_id=k.legacy_id), offered=k.offered
                )
                for k in self.known
            ),
            features=tuple(
                Feature(name=f.name, rows=tuple(row.name() for row in f.rows), paths=f.paths) for f in self.features
            ),
        )


def _exception(item: _Exception) -> PolicyException:
    return PolicyException(
        account=item.account,
        row=RowName(section=item.section, permission=item.permission),
        scope=item.scope,
        level=item.level,
        reason=item.reason,
        owner=item.owner,
        ends=item.ends,
    )


def load_policy(path: Path | None = None) -> Policy:
    """Load the policy of a file over the default one; None is the default policy.

    Raises:
        UsageError: the file is missing, is not TOML, or breaks the schema; the message names every place.
    """
    return _default_policy() if path is None else load_policy_file(path).policy()


def load_configured_policy(path: Path | None) -> Policy:
    """Load the policy that the settings name.

    Raises:
        ConfigurationError: see load_policy; here the file is a setting and not an argument.
    """
    try:
        return load_policy(path)
    except UsageError as err:
        raise ConfigurationError(f"SC_AGENT_AUDIT__POLICY_FILE: {err}") from err


def load_policy_file(path: Path) -> PolicyFile:
    """Load and check one policy file.

    Raises:
        UsageError: see load_policy.
    """
    data = _toml(DEFAULT)
    if path != DEFAULT:
        data |= _toml(path)
    try:
        return PolicyFile.model_validate(data)
    except ValidationError as err:
        raise UsageError(f"{path} is not a policy: {'; '.join(map(_told, err.errors()))}") from err


def _told(problem: ErrorDetails) -> str:
    """One thing that is wrong with a policy file; beside an unknown key, those known."""
    place = ".".join(map(str, problem["loc"])) or "file"
    if problem["type"] != "extra_forbidden":
        return f"{place}: {problem['msg'].removeprefix('Value error, ')}"
    known = f"; known are {', '.join(PolicyFile.model_fields)}" if len(problem["loc"]) == 1 else ""
    return f"unknown key {place}{known}"


@cache
def _default_policy() -> Policy:
    return load_policy_file(DEFAULT).policy()


def _toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as err:
        raise UsageError(f"the policy file {path} cannot be read ({err.strerror})") from err
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as err:
        raise UsageError(f"{path} is not a policy: it is not TOML ({err})") from err
