"""Tables of what people are asked for, did and showed."""

from __future__ import annotations

import sqlalchemy as sa

from agent.store.database.schema.columns import UtcDateTime, account_column, column, metadata

task_claims = sa.Table(  # who took a task of people on
    "task_claims",
    metadata,
    column("task_id", sa.Text, primary_key=True),
    column("who", sa.Text),
    column("at", UtcDateTime),
)

handed_in = (
    sa.Table(  # secrets given where the vault key is not at hand: sealed to its public key, opened once by a worker
        "handed_in",
        metadata,
        column("id", sa.Integer, primary_key=True),
        account_column(),
        column("kind", sa.Text),  # secrets
        column("key_id", sa.Text),
        column("sealed", sa.LargeBinary),
        column("at", UtcDateTime),
    )
)

requests = sa.Table(  # what the agent asks of a person, and the answer until a visit takes it
    "requests",
    metadata,
    column("id", sa.Text, primary_key=True),
    account_column(),
    column("kind", sa.Text),  # a RequestKind
    column("words", sa.Text),  # the page's own, redacted; attacker-controlled text: escape it
    column("visit_id", sa.Text, nullable=True),
    column("opened_at", UtcDateTime),
    column("expires_at", UtcDateTime),
    column("state", sa.Text, index=True),  # open, answered, taken, closed
    column("ending", sa.Text, nullable=True),  # an Ending
    column("ended_at", UtcDateTime, nullable=True),
    column("answered_by", sa.Text, nullable=True),
    column("key_id", sa.Text, nullable=True),  # of the public key it is sealed to
    column("sealed", sa.LargeBinary, nullable=True),  # the answer
    column("digest", sa.Text, nullable=True),  # keyed hash of an answer that was taken
)

people = sa.Table(  # who may use the console
    "people",
    metadata,
    column("name", sa.Text, primary_key=True),
    column("role", sa.Text),
    column("created_at", UtcDateTime),
)

console_tickets = sa.Table(  # one sign-in each, within a minute
    "console_tickets",
    metadata,
    column("digest", sa.Text, primary_key=True),
    column("person", sa.Text),
    column("expires_at", UtcDateTime),
)

console_sessions = sa.Table(
    "console_sessions",
    metadata,
    column("digest", sa.Text, primary_key=True),
    column("id", sa.Text, unique=True),
    column("person", sa.Text),
    column("source", sa.Text),
    column("started_at", UtcDateTime),
    column("seen_at", UtcDateTime),
    column("proven_at", UtcDateTime),  # when the person last gave proof, which may be before the session
)

operator_log = sa.Table(  # what people did in the console; hash-chained
    "operator_log",
    metadata,
    column("number", sa.Integer, primary_key=True, autoincrement=False),
    column("at", UtcDateTime),
    column("person", sa.Text),
    column("source", sa.Text),
    column("act", sa.Text),
    column("subject", sa.Text, index=True),
    column("reason", sa.Text),
    column("previous", sa.Text),
    column("digest", sa.Text),
)

takeovers = sa.Table(  # pages that people may act on; one open at most for an account
    "takeovers",
    metadata,
    column("id", sa.Text, primary_key=True),
    account_column(),
    column("kind", sa.Text),  # hold, fresh, survey
    column("state", sa.Text, index=True),
    column("screen", sa.Text, nullable=True),
    column("visit_id", sa.Text, nullable=True),
    column("worker", sa.Text, nullable=True),
    column("asked_by", sa.Text, nullable=True),
    column("reason", sa.Text, nullable=True),
    column("person", sa.Text, nullable=True),  # whose it is, or was last
    column("ended_why", sa.Text, nullable=True),
    column("allows_unknown", sa.Boolean),  # an admin let an unknown sign-in screen be used, this once
    column("created_at", UtcDateTime),
    column("deadline", UtcDateTime, nullable=True),
    column("claimed_at", UtcDateTime, nullable=True),
    column("ended_at", UtcDateTime, nullable=True),
    column(
        "tally", sa.JSON(none_as_null=True), nullable=True
    ),  # controls, number of keys, what was stopped and refused
    column("report", sa.JSON(none_as_null=True), nullable=True),  # of a survey, as far as it has come
)

takeover_tickets = sa.Table(  # one line each, within seconds: a worker's or a viewer's
    "takeover_tickets",
    metadata,
    column("digest", sa.Text, primary_key=True),
    column("takeover_id", sa.Text),
    column("purpose", sa.Text),
    column("person", sa.Text, nullable=True),
    column("session", sa.Text, nullable=True),
    column("expires_at", UtcDateTime),
)

drafts = sa.Table(  # what people showed the agent, and pieces of permission pages that it did not understand
    "drafts",
    metadata,
    column("id", sa.Integer, primary_key=True),
    column("kind", sa.Text),  # screen, chrome
    column("name", sa.Text, unique=True),  # under which it would be adopted; made of what it is: the same is kept once
    column("digest", sa.Text),  # of the text
    column("text", sa.Text),  # a file of the catalogue's form; empty where none could be made
    column("state", sa.Text, index=True),  # offered, refused, adopted
    column("refusals", sa.JSON),  # why it is not offered
    column("account_id", sa.Text, nullable=True),  # where it was seen
    column("visit_id", sa.Text, nullable=True),
    column("person", sa.Text),  # who passed the page; empty for chrome
    column("about", sa.JSON),  # what was pressed, what came next, the address
    column("page", sa.Text),  # scrubbed
    column("picture", sa.LargeBinary, nullable=True),  # PNG, masked
    column("at", UtcDateTime),
)

adopted = sa.Table(
    "adopted",
    metadata,
    column("id", sa.Integer, primary_key=True),
    column("kind", sa.Text),  # screen, chrome
    column("name", sa.Text, unique=True),
    column("text", sa.Text),
    column("digest", sa.Text),  # SHA-256 of the text
    column("person", sa.Text),
    column("reason", sa.Text),
    column("at", UtcDateTime),
    column("draft_id", sa.Integer, nullable=True),
)

lost_rows = sa.Table(  # that are gone for every account of a marketplace on pages of a layout, as people said
    "lost_rows",
    metadata,
    column("marketplace", sa.Text, primary_key=True),
    column("layout", sa.Text, primary_key=True),
    column("scope", sa.Text, primary_key=True),
    column("section", sa.Text, primary_key=True),
    column("permission", sa.Text, primary_key=True),
    column("occurrence", sa.Integer, primary_key=True, autoincrement=False),
    column("person", sa.Text),
    column("reason", sa.Text),
    column("at", UtcDateTime),
)

erasures = sa.Table(  # of accounts that left: what was erased and when, and none of it
    "erasures",
    metadata,
    column("id", sa.Integer, primary_key=True),
    column("account_id", sa.Text),
    column("asked_at", UtcDateTime),
    column("asked_by", sa.Text, nullable=True),
    column("counts", sa.JSON),  # rows by table
    column("evidence_due", UtcDateTime, index=True),
    column("evidence_erased_at", UtcDateTime, nullable=True),
    column("folders", sa.Integer, nullable=True),  # of visits, erased by the worker that says so
)
