"""Settings of the browser, the flows and the kinds of visits."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from agent.settings.groups.base import LONGEST, Days, Group, Seconds, Strings


class BrowserSettings(Group):
    """The browser, and the two rehearsal settings that point it at a stand-in."""

    executable: Path | None = None  # None: Playwright's own, then Debian's chromium-headless-shell
    endpoint: str | None = None  # a remote browser: ws:// (Playwright) or http:// (CDP)
    proxy: SecretStr | None = None  # scheme://[user:password@]host:port; the environment's is never taken
    egress: str | None = None  # a name for the address visits come from, the same for workers behind one
    headless: bool = True
    no_sandbox: bool = False  # rehearsal as root switches it by itself
    contexts: int = Field(default=2, ge=1, le=64)  # visits at once in one worker
    replace_after: int = Field(default=200, ge=1)  # visits until the browser is replaced
    host_resolver_rules: str | None = None
    trusted_spki: Strings = []
    user_agent_suffix: str = "ChannelAdvisor-SecondaryUser/1"
    slow_ms: float = Field(default=0, ge=0, le=60_000)


class FlowSettings(Group):
    """Bounds of one visit, in seconds."""

    step_timeout: float = Field(default=20.0, gt=0, le=3600)
    visit_timeout: float = Field(default=240.0, gt=0, le=3600)
    # how long a silent challenge or late page is waited for; one-off commands end within 30 s
    challenge_timeout: float = Field(default=20.0, gt=0, le=3600)


class WorkSettings(Group):
    """The engine's rhythm."""

    tick: Seconds = 5.0
    batch: int = Field(default=200, ge=1, le=1000)
    lease: Seconds = 15.0
    busy_wait: Seconds = 30.0  # how long a one-off command waits for a busy account
    backoff_first: Seconds = 60.0
    backoff_max: Seconds = 6 * 3600.0
    max_retries: int = Field(default=8, ge=1)  # then needs_human
    max_deaths: int = Field(default=3, ge=1)  # visits of one account that killed their worker; then needs_human
    stop_grace: Seconds = 4.0  # seconds a running visit gets after SIGTERM
    visits_per_minute: int = Field(default=100, ge=1)
    visits_per_host_minute: int = Field(default=60, ge=1)
    visits_per_account_day: int = Field(default=200, ge=1)
    canaries: Strings = []  # accounts for whom what people adopt counts first
    canary_visits: int = Field(default=3, ge=1)  # of theirs that must go well before it counts for all
    only_accounts: Strings = []  # this worker visits these alone by itself, such as those a new release is tried on
    not_accounts: Strings = []  # and these not: another worker does
    quiet_hours: str | None = None  # "22:00-06:00" UTC: only urgent visits start


class AuditSettings(Group):
    """When permissions are read, and what is concluded."""

    interval: Seconds = 6 * 3600.0  # between audits of a complete account
    interval_waiting: Seconds = 900.0  # between audits while the seller has still to act
    second_look: float = Field(default=2.0, ge=0, le=60)  # seconds a page that would pass is watched; 0: it is not
    jitter: float = Field(default=0.1, ge=0, le=0.5)
    policy_file: Path | None = None
    incomplete_limit: int = Field(default=5, ge=1)  # in a row; then needs_human
    stale_after_days: Days = 7


class InsightsSettings(Group):
    """When account health and the Featured Offer percentage are read."""

    # seconds between readings of a complete account; 0: never
    interval: float = Field(default=86_400.0, ge=0, le=LONGEST * 86_400)


class SignInSettings(Group):
    """The attempt budget."""

    attempts_per_hour: int = Field(default=3, ge=1)
    codes_rejected_limit: int = Field(default=2, ge=1)
    skew_warn: Seconds = 5.0
    skew_stop: Seconds = 60.0
    code_margin: Seconds = 5.0  # no code with less left
    per_egress_minute: int = Field(default=60, ge=1)  # visits without a session through one address, of all workers
    stop_accounts: int = Field(default=5, ge=2)  # accounts with a bad end within the window that stop all sign-ins
    stop_share: float = Field(default=0.5, gt=0, le=1)  # of all accounts that signed in within it
    stop_window: Seconds = 3600.0
    stop_rest: Seconds = 900.0  # before one account is tried; doubled while that ends badly
    canaries: int = Field(default=3, ge=1)  # accounts whose sign-ins must go well before all go on
    ask: Literal["never", "present", "always"] = "present"  # whether a visit asks people for codes sent by message
    ask_within: float = Field(default=90.0, gt=0, le=180)  # seconds it waits; the visit's own bound goes on


class TakeoverSettings(Group):
    """A person who takes over a visit's page in the console."""

    enabled: bool = True  # visits that may sign in then use a browser that can show pictures
    hold: Seconds = 90.0  # how long a page that asks for a person is kept, where one is present
    places: int = Field(default=2, ge=1, le=16)  # pages kept at once by one worker


class RegistrationSettings(Group):
    """Creating logins that were ordered."""

    per_day: int = Field(default=5, ge=0, le=1000)  # register forms of the whole fleet; 0: none
    code_wait: Seconds = 180.0  # how long a code by mail is waited for
    person_wait: Seconds = 600.0  # how long an open page waits for what only a person has
