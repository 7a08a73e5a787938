"""Errors that end a command: one clear line, an exit code of the contract."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of the contract; of many, the largest wins."""

    OK = 0
    FINDING = 1  # the policy is violated, a replay differs, an invitation is closed
    USAGE = 2  # wrong arguments, unknown account
    UNCONFIRMED = 3  # could not be confirmed, or a human is needed
    ENVIRONMENT = 4  # configuration or environment


class AgentError(Exception):
    """Base of our own errors.

    One sentence saying what was expected, what was found, what to do. Never holds a secret.
    """

    exit_code = Exit.ENVIRONMENT


class ConfigurationError(AgentError):
    """A setting, key, file or installed program is missing or wrong."""


class UsageError(AgentError):
    """The command was called with something it cannot work on."""

    exit_code = Exit.USAGE


class UnconfirmedError(AgentError):
    """The question could not be answered, or only a person may answer it."""

    exit_code = Exit.UNCONFIRMED


class FindingError(AgentError):
    """The answer is clear and bad."""

    exit_code = Exit.FINDING
