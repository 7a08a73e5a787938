"""The tables, as SQLAlchemy Core; SQLite and PostgreSQL alike.

Alembic's migrations build exactly this.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time in Python on every database; a naive one is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times, store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an aware time was expected")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite drops the zone; give it back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _column(name: str, kind: Any, *rest: Any, **options: Any) -> sa.Column[Any]:
    """A column that is NOT NULL unless said otherwise."""
    options.setdefault("nullable", False)
    return sa.Column(name, kind, *rest, **options)


def _only(condition: sa.ColumnElement[bool] | sa.TextClause) -> dict[str, Any]:
    """An index of these rows alone."""
    return {"postgresql_where": condition, "sqlite_where": condition}


def _account() -> sa.Column[Any]:
    return _column("account_id", sa.Text, sa.ForeignKey("accounts.id", ondelete="CASCADE"), index=True)


accounts = sa.Table(
    "accounts",
    metadata,
    _column("id", sa.Text, primary_key=True),
    _column("user_email", sa.Text, unique=True),  # as matched: domain and local part lower-cased
    _column("marketplace", sa.Text),
    _column("merchant_id", sa.Text, nullable=True),
    _column("merchant_name", sa.Text, nullable=True),
    _column("global_account_id", sa.Text, nullable=True),
    _column("merchant_source", sa.Text, nullable=True),  # who said so: a MerchantSource
    _column("audit_as", sa.Text, nullable=True),
    _column("api_authorization", sa.Text),  # complete, pending
    _column("authorization", sa.Text),  # a state of agent/domain/authorization
    _column("resumes_to", sa.Text, nullable=True),  # the state that paused or needs_human came from
    _column(
        "message_kind", sa.Text, nullable=True
    ),  # the last of the fixed texts that applied, for paused and needs_human
    _column("reasons", sa.JSON),  # list of sentences beside the customer's text
    _column("next_step", sa.Text, default=""),
    _column("internal_reason", sa.Text, nullable=True),  # for on-call, never the customer
    _column("failure_code", sa.Text, nullable=True),  # a FlowError.code
    _column("confirmation_code", sa.Text, nullable=True),
    _column("invitation", sa.Integer, nullable=True),  # invitations.id being acted on or last acted on
    _column("accepted_at", UtcDateTime, nullable=True),
    _column("granted_at", UtcDateTime, nullable=True),  # first time any row above None was read
    _column("last_complete_read_at", UtcDateTime, nullable=True),
    _column("secret_version", sa.Integer, default=1),
    _column("due", UtcDateTime, nullable=True, index=True),
    _column("urgent", sa.Boolean, default=False),
    _column("retries", sa.Integer, default=0),  # RETRY outcomes in a row
    _column("incompletes", sa.Integer, default=0),  # incomplete audits in a row
    _column("deaths", sa.Integer, default=0),  # visits in a row that took their worker with them
    _column("created_at", UtcDateTime),
    _column("updated_at", UtcDateTime),
    _column("revision", sa.Integer, default=1),  # store/outbox/revise moves it
    _column("changed_at", UtcDateTime, nullable=True, index=True),  # of the last revision
    _column("fingerprint", sa.Text, nullable=True),  # of what the revision stands for
    _column("condition_times", sa.JSON(none_as_null=True), nullable=True),  # condition: {"status", "since"}
    _column("reading", sa.Text, nullable=True),  # a Reading: pass, fail, nothing_granted, unreadable
    _column("stale_since", UtcDateTime, nullable=True),
    _column("insights_readable", sa.Boolean, nullable=True),
    _column("answer_mail_codes", sa.Boolean, default=False, server_default=sa.false()),  # at sign-in
    _column("also_marketplaces", sa.JSON(none_as_null=True), nullable=True),  # codes beside `marketplace`
    _column("insights_due", UtcDateTime, nullable=True, index=True),  # None: at once, where it is complete
    sa.Index("ix_accounts_state", "authorization", "id"),  # lists and counts by state
    sa.Index("ix_accounts_state_updated", "authorization", "updated_at"),
    sa.Index("ix_accounts_state_read", "authorization", "last_complete_read_at"),
)
sa.Index("ix_accounts_changed", accounts.c.changed_at)
sa.Index("ix_accounts_never_changed", accounts.c.updated_at, **_only(accounts.c.changed_at.is_(None)))
sa.Index("ix_accounts_incomplete", accounts.c.id, **_only(accounts.c.incompletes > 0))
sa.Index("ix_accounts_stale", accounts.c.stale_since, **_only(accounts.c.stale_since.is_not(None)))
# Written out: an index of some rows is used by a query that says the same, not by one with parameters.
STORE_REFUSED = sa.text("failure_code IN ('secret_store_denied', 'secret_store_unavailable')")
sa.Index("ix_accounts_store_refused", accounts.c.updated_at, **_only(STORE_REFUSED))

secrets = sa.Table(  # encrypted by store/vault
    "secrets",
    metadata,
    _column("account_id", sa.Text, sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    _column("key_id", sa.Text),
    _column("sealed", sa.LargeBinary),  # password and seed together
    _column("seed_id", sa.Text),  # keyed hash of the seed: accounts that share a seed share its ledger
    _column("changed_at", UtcDateTime),
    _column("format", sa.Integer, default=2),  # what the seal is bound to: store/vault/binding
)

secret_refs = sa.Table(  # secrets that are kept elsewhere; never a value
    "secret_refs",
    metadata,
    _column("account_id", sa.Text, sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    _column("ref", sa.Text),
    _column("store_version", sa.Text, nullable=True),  # as the store names it
    _column("read_at", UtcDateTime, nullable=True),
)

sessions = sa.Table(  # stored browser sessions, encrypted
    "sessions",
    metadata,
    _column("account_id", sa.Text, sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    _column("key_id", sa.Text),
    _column("sealed", sa.LargeBinary),
    _column("saved_at", UtcDateTime),
    _column("format", sa.Integer, default=2),
)

login_orders = sa.Table(  # logins to be created; the password that was drawn is encrypted by store/vault
    "login_orders",
    metadata,
    _column("account_id", sa.Text, sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    _column("person_name", sa.Text),
    _column("agreed_by", sa.Text),  # who accepted Amazon's conditions
    _column("agreed_at", UtcDateTime),
    _column("phone", sa.Text, nullable=True),
    _column("state", sa.Text),  # an OrderState
    _column("submitted_at", UtcDateTime, nullable=True, index=True),
    _column("phone_typed_at", UtcDateTime, nullable=True),
    _column("ended_why", sa.Text, nullable=True),
    _column("key_id", sa.Text, nullable=True),
    _column("sealed", sa.LargeBinary, nullable=True),
)

pending_seeds = sa.Table(  # authenticators that are being enrolled, encrypted by store/vault
    "pending_seeds",
    metadata,
    _column("id", sa.Integer, primary_key=True),
    _account(),
    _column("errand", sa.Text),  # registration, rotation
    _column("visit_id", sa.Text),
    _column("state", sa.Text),  # pending, in_force, dropped
    _column("seed_id", sa.Text),
    _column("key_id", sa.Text, nullable=True),
    _column("sealed", sa.LargeBinary, nullable=True),  # None: dropped
    _column("at", UtcDateTime),
)

old_authenticators = sa.Table(  # of rotations that are not over, or that left the old one to a person
    "old_authenticators",
    metadata,
    _column("account_id", sa.Text, sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    _column("state", sa.Text),  # listed, to_remove, left
    _column("labels", sa.JSON),  # what the site's rows said before the new one was added
    _column("since", UtcDateTime),
    _column("why", sa.Text, nullable=True),
)

mail_codes = sa.Table(  # codes that came by mail, encrypted by store/vault; one use each
    "mail_codes",
    metadata,
    _column("id", sa.Integer, primary_key=True),
    _account(),
    _column("purpose", sa.Text),  # registration, sign_in, account_data; unclear: for a person
    _column("sent_at", UtcDateTime),
    _column("found_at", UtcDateTime, index=True),
    _column("problem", sa.Text, nullable=True),  # why nobody but a person may use it
    _column("key_id", sa.Text, nullable=True),
    _column("sealed", sa.LargeBinary, nullable=True),
    _column("used_at", UtcDateTime, nullable=True),
)

password_marks = sa.Table(  # rejected and doubted passwords, as keyed hashes; they outlive their accounts
    "password_marks",
    metadata,
    _column("user_digest", sa.Text, primary_key=True),  # SHA-256 of the user email
    _column("password_digest", sa.Text, primary_key=True),  # keyed
    _column("mark", sa.Text),  # rejected, doubted
    _column("at", UtcDateTime),
)

sealed_keys = sa.Table(  # keys of our own making, encrypted by store/vault
    "sealed_keys",
    metadata,
    _column("name", sa.Text, primary_key=True),
    _column("key_id", sa.Text),
    _column("sealed", sa.LargeBinary),
)

journal = sa.Table(  # every transition, in the transaction that made it
    "journal",
    metadata,
    _column("id", sa.Integer, primary_key=True),
    _account(),
    _column("at", UtcDateTime, index=True),
    _column("from_state", sa.Text, nullable=True),
    _column("to_state", sa.Text),
    _column("why", sa.Text),
    _column("visit_id", sa.Text, nullable=True),
)

acts = sa.Table(  # the intention, written before the act; the outcome after it
    "acts",
    metadata,
    _column("id", sa.Integer, primary_key=True),
    _account(),
    _column("visit_id", sa.Text, index=True),
    _column("act", sa.Text),
    _column("secret_version", sa.Integer),
    _column("at", UtcDateTime, index=True),
    _column("outcome", sa.Text, nullable=True),  # None: unknown, the visit was cut off
)

codes = sa.Table(  # one-time code ledger: a time step of a seed is spent once
    "codes",
    metadata,
    _column("seed_id", sa.Text, primary_key=True),
    _column("time_step", sa.BigInteger, primary_key=True),
    _column("at", UtcDateTime, index=True),
    _column("visit_id", sa.Text),
)

leases = sa.Table(  # one visit an account, across processes
    "leases",
    metadata,
    _column("account_id", sa.Text, primary_key=True),
    _column("holder", sa.Text),
    _column("token", sa.Text),
    _column("until", UtcDateTime, index=True),
)

visits = sa.Table(  # one row a visit: rate limits, caps, deaths and metrics are counted here
    "visits",
    metadata,
    _column("id", sa.Text, primary_key=True),
    _account(),
    _column("kind", sa.Text),  # accept, audit
    _column("host", sa.Text),  # the Seller Central host it goes to
    _column("worker", sa.Text),
    _column("started_at", UtcDateTime, index=True),
    _column("ended_at", UtcDateTime, nullable=True),  # None and no lease: its worker died
    _column("outcome", sa.Text, nullable=True),
    _column("egress", sa.Text, nullable=True),  # the address it signs in from; None where it has a session
)

workers = sa.Table(
    "workers",
    metadata,
    _column("id", sa.Text, primary_key=True),
    _column("roles", sa.Text),
    _column("host", sa.Text),
    _column("started_at", UtcDateTime),
    _column("beat", UtcDateTime, index=True),
)

switches = sa.Table(  # pause_all, rehearsal_stamp, clock_skew, schema notes
    "switches",
    metadata,
    _column("name", sa.Text, primary_key=True),
    _column("value", sa.Text),
    _column("at", UtcDateTime),
)

alarms = sa.Table(  # what is wrong now; a row goes when it is over
    "alarms",
    metadata,
    _column("key", sa.Text, primary_key=True),  # account A1, freshness A1, mailbox:user@host
    _column("times", sa.Integer),  # in a row
    _column("text", sa.Text),  # redacted
    _column("since", UtcDateTime),
    _column("sent_at", UtcDateTime, nullable=True),  # when people were told last
    _column("announced", sa.Boolean, default=False),  # its event was written
)

outbox = sa.Table(  # events written with their change; they wait for their number
    "outbox",
    metadata,
    _column("id", sa.Integer, primary_key=True),
    _column("event_id", sa.Text, unique=True),
    _column("type", sa.Text),  # an EventType, without the prefix
    _column("account_id", sa.Text, nullable=True),
    _column("at", UtcDateTime),
    _column("data", sa.JSON),
)

events = sa.Table(  # numbered events; a number is given after commit and never again
    "events",
    metadata,
    _column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False),
    _column("event_id", sa.Text, unique=True),
    _column("type", sa.Text, index=True),
    _column("account_id", sa.Text, nullable=True, index=True),
    _column("at", UtcDateTime, index=True),
    _column("data", sa.JSON),
)

webhook_endpoints = sa.Table(
    "webhook_endpoints",
    metadata,
    _column("id", sa.Text, primary_key=True),
    _column("url", sa.Text),
    _column("types", sa.JSON),  # EventTypes without prefix; empty: every type
    _column("state", sa.Text),  # pending, active, disabled
    _column("reason", sa.Text, nullable=True),  # why it is disabled
    _column("created_at", UtcDateTime),
    _column("verified_at", UtcDateTime, nullable=True),
    _column("disabled_at", UtcDateTime, nullable=True),
    _column("failing_since", UtcDateTime, nullable=True),  # no success since then
    _column("slow_until", UtcDateTime, nullable=True),  # the receiver asked for a rest
    _column("position", sa.BigInteger),  # events up to this number were taken up
    _column("key_id", sa.Text),
    _column("sealed", sa.LargeBinary),  # the signing keys in force
    _column("old_key_id", sa.Text, nullable=True),
    _column("old_sealed", sa.LargeBinary, nullable=True),  # those before the last rotation
    _column("old_until", UtcDateTime, nullable=True),
)

webhook_deliveries = sa.Table(
    "webhook_deliveries",
    metadata,
    _column("id", sa.Integer, primary_key=True),
    _column("endpoint_id", sa.Text, sa.ForeignKey("webhook_endpoints.id", ondelete="CASCADE")),
    _column("kind", sa.Text),  # event, ping, replay
    _column("state", sa.Text),  # waiting, delivered, failed, set_aside, collapsed
    _column("seq", sa.BigInteger, nullable=True),  # of the event; None: a ping
    _column("event_id", sa.Text),
    _column("type", sa.Text),
    _column("line", sa.Text),  # what is delivered in order: an account, or a type without one
    _column("at", UtcDateTime, index=True),
    _column("attempts", sa.Integer, default=0),
    _column("first_tried_at", UtcDateTime, nullable=True),
    _column("next_try_at", UtcDateTime, nullable=True),  # None: none any more
    _column("ended_at", UtcDateTime, nullable=True),
    _column("status", sa.Integer, nullable=True),  # of the last answer
    _column("error", sa.Text, nullable=True),
    _column("answer", sa.Text, nullable=True),  # its first kilobyte, redacted
    sa.Index("ix_webhook_deliveries_line", "endpoint_id", "state", "line", "id"),
)

audits = sa.Table(
    "audits",
    metadata,
    _column("id", sa.Integer, primary_key=True),
    _account(),
    _column("audited_at", UtcDateTime, index=True),
    _column("verdict", sa.Text),
    _column("document", sa.JSON),  # one element of `audits` as in the contract
    _column("visit_id", sa.Text),
)

insights = sa.Table(
    "insights",
    metadata,
    _column("id", sa.Integer, primary_key=True),
    _account(),
    _column("marketplace_id", sa.Text),
    _column("captured_at", UtcDateTime, index=True),
    _column("complete", sa.Boolean),  # nothing is missing but what the site has no data for
    _column("document", sa.JSON),  # the contract's section "insights ID --format json"
    _column("visit_id", sa.Text),
)

folders = sa.Table(  # the position in each watched folder
    "folders",
    metadata,
    _column("id", sa.Integer, primary_key=True),
    _column("mailbox", sa.Text),  # username@host
    _column("folder", sa.Text),
    _column("role", sa.Text),  # inbox, junk
    _column("uidvalidity", sa.BigInteger, nullable=True),
    _column("last_uid", sa.BigInteger, default=0),
    _column("epoch", sa.Integer, default=0),
    _column("state", sa.Text, default="new"),  # of the connection: up, down, auth_failed, config, certificate
    _column("fail_count", sa.Integer, default=0),
    _column("last_error", sa.Text, nullable=True),
    _column("last_scan_at", UtcDateTime, nullable=True),
    _column("last_push_at", UtcDateTime, nullable=True),
    _column("last_connect_at", UtcDateTime, nullable=True),
    sa.UniqueConstraint("mailbox", "folder"),
)

messages = sa.Table(  # candidates and problem mails only
    "messages",
    metadata,
    _column("id", sa.Integer, primary_key=True),
    _column("folder_id", sa.Integer, sa.ForeignKey("folders.id", ondelete="SET NULL"), nullable=True),
    _column("uidvalidity", sa.BigInteger, nullable=True),
    _column("uid", sa.BigInteger, nullable=True),
    _column("message_id", sa.Text, nullable=True, index=True),
    _column("sha256", sa.Text, nullable=True, index=True),
    _column("internaldate", UtcDateTime, nullable=True),
    _column("size", sa.BigInteger, default=0),
    _column("sealed", sa.LargeBinary, nullable=True),  # the raw bytes, encrypted
    _column("key_id", sa.Text, nullable=True),
    _column("stage", sa.Text, index=True),  # found, fetched, judged, done, poison, vanished
    _column("verdict", sa.Text, nullable=True),  # accept, held, rejected, duplicate, retry
    _column("reason", sa.Text, nullable=True),
    _column("evidence", sa.JSON, nullable=True),
    _column("account_id", sa.Text, nullable=True, index=True),
    _column("attempts", sa.Integer, default=0),
    _column("next_try_at", UtcDateTime, nullable=True, index=True),
    _column("found_at", UtcDateTime),
    _column("judged_at", UtcDateTime, nullable=True),
    sa.UniqueConstraint("folder_id", "uidvalidity", "uid"),
    sa.Index("ix_messages_verdict", "verdict", "found_at"),
)

invitations = sa.Table(
    "invitations",
    metadata,
    _column("id", sa.Integer, primary_key=True),
    _column("invitation_id", sa.Text, unique=True),  # the UUID of the link, lower-case
    _account(),
    _column("message_id", sa.Integer, nullable=True),  # messages.id; None: a person gave the link
    _column("source", sa.Text),  # mail, file, link
    _column("asked_by", sa.Text, nullable=True),  # who gave the link or file
    _column("host", sa.Text),
    _column("url", sa.Text),  # rebuilt from its parts
    _column("merchant_id", sa.Text, nullable=True),
    _column("global_account_id", sa.Text, nullable=True),
    _column("shop_name", sa.Text, nullable=True),  # attacker-controlled text: escape it
    _column("language", sa.Text, nullable=True),
    _column("state", sa.Text),  # waiting, accepting, accepted, failed, superseded
    _column("received_at", UtcDateTime),
    _column("expires_at", UtcDateTime),
    _column("accepted_at", UtcDateTime, nullable=True),
)

api_keys = sa.Table(  # of the HTTP API
    "api_keys",
    metadata,
    _column("id", sa.Text, primary_key=True),
    _column("name", sa.Text),
    _column("digest", sa.Text),  # keyed hash of the secret half
    _column("scopes", sa.JSON),
    _column("created_at", UtcDateTime),
    _column("expires_at", UtcDateTime, nullable=True),
    _column("last_used_at", UtcDateTime, nullable=True),
    _column("revoked_at", UtcDateTime, nullable=True),
)

idempotency = sa.Table(  # answers given under an Idempotency-Key, written with their effect
    "idempotency",
    metadata,
    _column("key_id", sa.Text, primary_key=True),
    _column("key", sa.Text, primary_key=True),
    _column("method", sa.Text),
    _column("path", sa.Text),
    _column("fingerprint", sa.Text),  # keyed hash of the body
    _column("status", sa.Integer),
    _column("headers", sa.JSON),
    _column("body", sa.Text, nullable=True),
    _column("shows_secret", sa.Boolean),
    _column("at", UtcDateTime, index=True),
)

operations = sa.Table(  # what the API asked a worker to do
    "operations",
    metadata,
    _column("id", sa.Text, primary_key=True),
    _account(),
    _column("kind", sa.Text),  # audit, invitation
    _column("state", sa.Text, index=True),  # queued, running, done
    _column("outcome", sa.Text, nullable=True),
    _column("audit_id", sa.Integer, nullable=True),
    _column("invitation_id", sa.Integer, nullable=True),
    _column("asked_by", sa.Text),
    _column("worker", sa.Text, nullable=True),
    _column("created_at", UtcDateTime),
    _column("ended_at", UtcDateTime, nullable=True),
)

task_claims = sa.Table(  # who took a task of people on
    "task_claims",
    metadata,
    _column("task_id", sa.Text, primary_key=True),
    _column("who", sa.Text),
    _column("at", UtcDateTime),
)

handed_in = (
    sa.Table(  # secrets given where the vault key is not at hand: sealed to its public key, opened once by a worker
        "handed_in",
        metadata,
        _column("id", sa.Integer, primary_key=True),
        _account(),
        _column("kind", sa.Text),  # secrets
        _column("key_id", sa.Text),
        _column("sealed", sa.LargeBinary),
        _column("at", UtcDateTime),
    )
)

requests = sa.Table(  # what the agent asks of a person, and the answer as long as nobody took it
    "requests",
    metadata,
    _column("id", sa.Text, primary_key=True),
    _account(),
    _column("kind", sa.Text),  # a RequestKind
    _column("words", sa.Text),  # the page's own, redacted; attacker-controlled text: escape it
    _column("visit_id", sa.Text, nullable=True),
    _column("opened_at", UtcDateTime),
    _column("expires_at", UtcDateTime),
    _column("state", sa.Text, index=True),  # open, answered, taken, closed
    _column("ending", sa.Text, nullable=True),  # an Ending
    _column("ended_at", UtcDateTime, nullable=True),
    _column("answered_by", sa.Text, nullable=True),
    _column("key_id", sa.Text, nullable=True),  # of the public key it is sealed to
    _column("sealed", sa.LargeBinary, nullable=True),  # the answer
    _column("digest", sa.Text, nullable=True),  # keyed hash of an answer that was taken
)

people = sa.Table(  # who may use the console
    "people",
    metadata,
    _column("name", sa.Text, primary_key=True),
    _column("role", sa.Text),
    _column("created_at", UtcDateTime),
)

console_tickets = sa.Table(  # one sign-in each, within a minute
    "console_tickets",
    metadata,
    _column("digest", sa.Text, primary_key=True),
    _column("person", sa.Text),
    _column("expires_at", UtcDateTime),
)

console_sessions = sa.Table(
    "console_sessions",
    metadata,
    _column("digest", sa.Text, primary_key=True),
    _column("id", sa.Text, unique=True),
    _column("person", sa.Text),
    _column("source", sa.Text),
    _column("started_at", UtcDateTime),
    _column("seen_at", UtcDateTime),
    _column("proven_at", UtcDateTime),  # when the person last gave proof, which may be before the session
)

operator_log = sa.Table(  # what people did in the console; hash-chained
    "operator_log",
    metadata,
    _column("number", sa.Integer, primary_key=True, autoincrement=False),
    _column("at", UtcDateTime),
    _column("person", sa.Text),
    _column("source", sa.Text),
    _column("act", sa.Text),
    _column("subject", sa.Text, index=True),
    _column("reason", sa.Text),
    _column("previous", sa.Text),
    _column("digest", sa.Text),
)

takeovers = sa.Table(  # pages that people may act on; one open at most for an account
    "takeovers",
    metadata,
    _column("id", sa.Text, primary_key=True),
    _account(),
    _column("kind", sa.Text),  # hold, fresh, survey
    _column("state", sa.Text, index=True),
    _column("screen", sa.Text, nullable=True),
    _column("visit_id", sa.Text, nullable=True),
    _column("worker", sa.Text, nullable=True),
    _column("asked_by", sa.Text, nullable=True),
    _column("reason", sa.Text, nullable=True),
    _column("person", sa.Text, nullable=True),  # whose it is, or was last
    _column("ended_why", sa.Text, nullable=True),
    _column("allows_unknown", sa.Boolean),  # an admin let an unknown sign-in screen be used, this once
    _column("created_at", UtcDateTime),
    _column("deadline", UtcDateTime, nullable=True),
    _column("claimed_at", UtcDateTime, nullable=True),
    _column("ended_at", UtcDateTime, nullable=True),
    _column(
        "tally", sa.JSON(none_as_null=True), nullable=True
    ),  # controls, number of keys, what was stopped and refused
    _column("report", sa.JSON(none_as_null=True), nullable=True),  # of a survey, as far as it has come
)

takeover_tickets = sa.Table(  # one line each, within seconds: a worker's or a viewer's
    "takeover_tickets",
    metadata,
    _column("digest", sa.Text, primary_key=True),
    _column("takeover_id", sa.Text),
    _column("purpose", sa.Text),
    _column("person", sa.Text, nullable=True),
    _column("session", sa.Text, nullable=True),
    _column("expires_at", UtcDateTime),
)

drafts = sa.Table(  # what people showed the agent, and pieces of permission pages that it did not understand
    "drafts",
    metadata,
    _column("id", sa.Integer, primary_key=True),
    _column("kind", sa.Text),  # screen, chrome
    _column("name", sa.Text, unique=True),  # under which it would be adopted; made of what it is: the same is kept once
    _column("digest", sa.Text),  # of the text
    _column("text", sa.Text),  # a file of the catalogue's form; empty where none could be made
    _column("state", sa.Text, index=True),  # offered, refused, adopted
    _column("refusals", sa.JSON),  # why it is not offered
    _column("account_id", sa.Text, nullable=True),  # where it was seen
    _column("visit_id", sa.Text, nullable=True),
    _column("person", sa.Text),  # who passed the page; empty for chrome
    _column("about", sa.JSON),  # what was pressed, what came next, the address
    _column("page", sa.Text),  # scrubbed
    _column("picture", sa.LargeBinary, nullable=True),  # PNG, masked
    _column("at", UtcDateTime),
)

adopted = sa.Table(
    "adopted",
    metadata,
    _column("id", sa.Integer, primary_key=True),
    _column("kind", sa.Text),  # screen, chrome
    _column("name", sa.Text, unique=True),
    _column("text", sa.Text),
    _column("digest", sa.Text),  # SHA-256 of the text
    _column("person", sa.Text),
    _column("reason", sa.Text),
    _column("at", UtcDateTime),
    _column("draft_id", sa.Integer, nullable=True),
)

lost_rows = sa.Table(  # that are gone for every account of a marketplace on pages of a layout, as people said
    "lost_rows",
    metadata,
    _column("marketplace", sa.Text, primary_key=True),
    _column("layout", sa.Text, primary_key=True),
    _column("scope", sa.Text, primary_key=True),
    _column("section", sa.Text, primary_key=True),
    _column("permission", sa.Text, primary_key=True),
    _column("occurrence", sa.Integer, primary_key=True, autoincrement=False),
    _column("person", sa.Text),
    _column("reason", sa.Text),
    _column("at", UtcDateTime),
)

erasures = sa.Table(  # of accounts that left: what was erased and when, and none of it
    "erasures",
    metadata,
    _column("id", sa.Integer, primary_key=True),
    _column("account_id", sa.Text),
    _column("asked_at", UtcDateTime),
    _column("asked_by", sa.Text, nullable=True),
    _column("counts", sa.JSON),  # rows by table
    _column("evidence_due", UtcDateTime, index=True),
    _column("evidence_erased_at", UtcDateTime, nullable=True),
    _column("folders", sa.Integer, nullable=True),  # of visits, erased by the worker that says so
)
