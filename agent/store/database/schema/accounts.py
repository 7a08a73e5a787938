"""Tables of accounts, their secrets and their journal."""

from __future__ import annotations

import sqlalchemy as sa

from agent.store.database.schema.columns import UtcDateTime, account_column, column, metadata, only

accounts = sa.Table(
    "accounts",
    metadata,
    column("id", sa.Text, primary_key=True),
    column("user_email", sa.Text, unique=True),  # as matched: domain and local part lower-cased
    column("marketplace", sa.Text),
    column("merchant_id", sa.Text, nullable=True),
    column("merchant_name", sa.Text, nullable=True),
    column("global_account_id", sa.Text, nullable=True),
    column("merchant_source", sa.Text, nullable=True),  # who said so: a MerchantSource
    column("audit_as", sa.Text, nullable=True),
    column("api_authorization", sa.Text),  # complete, pending
    column("authorization", sa.Text),  # a state of agent/domain/authorization
    column("resumes_to", sa.Text, nullable=True),  # the state that paused or needs_human came from
    column(
        "message_kind", sa.Text, nullable=True
    ),  # the last of the fixed texts that applied, for paused and needs_human
    column("reasons", sa.JSON),  # list of sentences beside the customer's text
    column("next_step", sa.Text, default=""),
    column("internal_reason", sa.Text, nullable=True),  # for on-call, never the customer
    column("failure_code", sa.Text, nullable=True),  # a FlowError.code
    column("confirmation_code", sa.Text, nullable=True),
    column("invitation", sa.Integer, nullable=True),  # invitations.id being acted on or last acted on
    column("accepted_at", UtcDateTime, nullable=True),
    column("granted_at", UtcDateTime, nullable=True),  # first time any row above None was read
    column("last_complete_read_at", UtcDateTime, nullable=True),
    column("secret_version", sa.Integer, default=1),
    column("due", UtcDateTime, nullable=True, index=True),
    column("urgent", sa.Boolean, default=False),
    column("retries", sa.Integer, default=0),  # RETRY outcomes in a row
    column("incompletes", sa.Integer, default=0),  # incomplete audits in a row
    column("deaths", sa.Integer, default=0),  # visits in a row that took their worker with them
    column("created_at", UtcDateTime),
    column("updated_at", UtcDateTime),
    column("revision", sa.Integer, default=1),  # store/outbox/revise moves it
    column("changed_at", UtcDateTime, nullable=True, index=True),  # of the last revision
    column("fingerprint", sa.Text, nullable=True),  # of what the revision stands for
    column("condition_times", sa.JSON(none_as_null=True), nullable=True),  # condition: {"status", "since"}
    column("reading", sa.Text, nullable=True),  # a Reading: pass, fail, nothing_granted, unreadable
    column("stale_since", UtcDateTime, nullable=True),
    column("insights_readable", sa.Boolean, nullable=True),
    column("answer_mail_codes", sa.Boolean, default=False, server_default=sa.false()),  # at sign-in
    column("also_marketplaces", sa.JSON(none_as_null=True), nullable=True),  # codes beside `marketplace`
    column("insights_due", UtcDateTime, nullable=True, index=True),  # None: at once, where it is complete
    sa.Index("ix_accounts_state", "authorization", "id"),  # lists and counts by state
    sa.Index("ix_accounts_state_updated", "authorization", "updated_at"),
    sa.Index("ix_accounts_state_read", "authorization", "last_complete_read_at"),
)

sa.Index("ix_accounts_changed", accounts.c.changed_at)

sa.Index("ix_accounts_never_changed", accounts.c.updated_at, **only(accounts.c.changed_at.is_(None)))

sa.Index("ix_accounts_incomplete", accounts.c.id, **only(accounts.c.incompletes > 0))

sa.Index("ix_accounts_stale", accounts.c.stale_since, **only(accounts.c.stale_since.is_not(None)))

# Written out: an index of some rows is used by a query that says the same, not by one with parameters.
STORE_REFUSED = sa.text("failure_code IN ('secret_store_denied', 'secret_store_unavailable')")

sa.Index("ix_accounts_store_refused", accounts.c.updated_at, **only(STORE_REFUSED))

secrets = sa.Table(  # encrypted by store/vault
    "secrets",
    metadata,
    column("account_id", sa.Text, sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    column("key_id", sa.Text),
    column("sealed", sa.LargeBinary),  # password and seed together
    column("seed_id", sa.Text),  # keyed hash of the seed: accounts that share a seed share its ledger
    column("changed_at", UtcDateTime),
    column("format", sa.Integer, default=2),  # what the seal is bound to: store/vault/binding
)

secret_refs = sa.Table(  # secrets that are kept elsewhere; never a value
    "secret_refs",
    metadata,
    column("account_id", sa.Text, sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    column("ref", sa.Text),
    column("store_version", sa.Text, nullable=True),  # as the store names it
    column("read_at", UtcDateTime, nullable=True),
)

sessions = sa.Table(  # stored browser sessions, encrypted
    "sessions",
    metadata,
    column("account_id", sa.Text, sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    column("key_id", sa.Text),
    column("sealed", sa.LargeBinary),
    column("saved_at", UtcDateTime),
    column("format", sa.Integer, default=2),
)

login_orders = sa.Table(  # logins to be created; the password that was drawn is encrypted by store/vault
    "login_orders",
    metadata,
    column("account_id", sa.Text, sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    column("person_name", sa.Text),
    column("agreed_by", sa.Text),  # who accepted Amazon's conditions
    column("agreed_at", UtcDateTime),
    column("phone", sa.Text, nullable=True),
    column("state", sa.Text),  # an OrderState
    column("submitted_at", UtcDateTime, nullable=True, index=True),
    column("phone_typed_at", UtcDateTime, nullable=True),
    column("ended_why", sa.Text, nullable=True),
    column("key_id", sa.Text, nullable=True),
    column("sealed", sa.LargeBinary, nullable=True),
)

pending_seeds = sa.Table(  # authenticators that are being enrolled, encrypted by store/vault
    "pending_seeds",
    metadata,
    column("id", sa.Integer, primary_key=True),
    account_column(),
    column("errand", sa.Text),  # registration, rotation
    column("visit_id", sa.Text),
    column("state", sa.Text),  # pending, in_force, dropped
    column("seed_id", sa.Text),
    column("key_id", sa.Text, nullable=True),
    column("sealed", sa.LargeBinary, nullable=True),  # None: dropped
    column("at", UtcDateTime),
)

old_authenticators = sa.Table(  # of rotations that are not over, or that left the old one to a person
    "old_authenticators",
    metadata,
    column("account_id", sa.Text, sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    column("state", sa.Text),  # listed, to_remove, left
    column("labels", sa.JSON),  # what the site's rows said before the new one was added
    column("since", UtcDateTime),
    column("why", sa.Text, nullable=True),
)

mail_codes = sa.Table(  # codes that came by mail, encrypted by store/vault; one use each
    "mail_codes",
    metadata,
    column("id", sa.Integer, primary_key=True),
    account_column(),
    column("purpose", sa.Text),  # registration, sign_in, account_data; unclear: for a person
    column("sent_at", UtcDateTime),
    column("found_at", UtcDateTime, index=True),
    column("problem", sa.Text, nullable=True),  # why only a person may use it
    column("key_id", sa.Text, nullable=True),
    column("sealed", sa.LargeBinary, nullable=True),
    column("used_at", UtcDateTime, nullable=True),
)

password_marks = sa.Table(  # rejected and doubted passwords, as keyed hashes; they outlive their accounts
    "password_marks",
    metadata,
    column("user_digest", sa.Text, primary_key=True),  # SHA-256 of the user email
    column("password_digest", sa.Text, primary_key=True),  # keyed
    column("mark", sa.Text),  # rejected, doubted
    column("at", UtcDateTime),
)

sealed_keys = sa.Table(  # keys of our own making, encrypted by store/vault
    "sealed_keys",
    metadata,
    column("name", sa.Text, primary_key=True),
    column("key_id", sa.Text),
    column("sealed", sa.LargeBinary),
)

journal = sa.Table(  # every transition, in the transaction that made it
    "journal",
    metadata,
    column("id", sa.Integer, primary_key=True),
    account_column(),
    column("at", UtcDateTime, index=True),
    column("from_state", sa.Text, nullable=True),
    column("to_state", sa.Text),
    column("why", sa.Text),
    column("visit_id", sa.Text, nullable=True),
)
