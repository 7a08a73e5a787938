"""Why a sign-in by the provider does not end in a session."""

from __future__ import annotations


class SignInRefusedError(Exception):
    """The attempt or what the provider said is not to be believed.

    The sentence names no value of it.
    """


class NoRoleError(Exception):
    """The provider knows the person, and gives no role of ours."""


class ProviderAwayError(Exception):
    """The provider does not answer, or its documents cannot be used."""
