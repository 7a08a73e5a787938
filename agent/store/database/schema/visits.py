"""Tables of visits: acts, codes, leases, workers, and what was read."""

from __future__ import annotations

import sqlalchemy as sa

from agent.store.database.schema.columns import UtcDateTime, account_column, column, metadata

acts = sa.Table(  # the intention, written before the act; the outcome after it
    "acts",
    metadata,
    column("id", sa.Integer, primary_key=True),
    account_column(),
    column("visit_id", sa.Text, index=True),
    column("act", sa.Text),
    column("secret_version", sa.Integer),
    column("at", UtcDateTime, index=True),
    column("outcome", sa.Text, nullable=True),  # None: unknown, the visit was cut off
)

codes = sa.Table(  # one-time code ledger: a time step of a seed is spent once
    "codes",
    metadata,
    column("seed_id", sa.Text, primary_key=True),
    column("time_step", sa.BigInteger, primary_key=True),
    column("at", UtcDateTime, index=True),
    column("visit_id", sa.Text),
)

leases = sa.Table(  # one visit an account, across processes
    "leases",
    metadata,
    column("account_id", sa.Text, primary_key=True),
    column("holder", sa.Text),
    column("token", sa.Text),
    column("until", UtcDateTime, index=True),
)

visits = sa.Table(  # one row a visit: rate limits, caps, deaths and metrics are counted here
    "visits",
    metadata,
    column("id", sa.Text, primary_key=True),
    account_column(),
    column("kind", sa.Text),  # accept, audit
    column("host", sa.Text),  # the Seller Central host it goes to
    column("worker", sa.Text),
    column("started_at", UtcDateTime, index=True),
    column("ended_at", UtcDateTime, nullable=True),  # None and no lease: its worker died
    column("outcome", sa.Text, nullable=True),
    column("egress", sa.Text, nullable=True),  # the address it signs in from; None where it has a session
)

workers = sa.Table(
    "workers",
    metadata,
    column("id", sa.Text, primary_key=True),
    column("roles", sa.Text),
    column("host", sa.Text),
    column("started_at", UtcDateTime),
    column("beat", UtcDateTime, index=True),
)

switches = sa.Table(  # pause_all, rehearsal_stamp, clock_skew, schema notes
    "switches",
    metadata,
    column("name", sa.Text, primary_key=True),
    column("value", sa.Text),
    column("at", UtcDateTime),
)

alarms = sa.Table(  # what is wrong now; a row goes when it is over
    "alarms",
    metadata,
    column("key", sa.Text, primary_key=True),  # account A1, freshness A1, mailbox:user@host
    column("times", sa.Integer),  # in a row
    column("text", sa.Text),  # redacted
    column("since", UtcDateTime),
    column("sent_at", UtcDateTime, nullable=True),  # when people were told last
    column("announced", sa.Boolean, default=False),  # its event was written
)

audits = sa.Table(
    "audits",
    metadata,
    column("id", sa.Integer, primary_key=True),
    account_column(),
    column("audited_at", UtcDateTime, index=True),
    column("verdict", sa.Text),
    column("document", sa.JSON),  # one element of `audits` as in the contract
    column("visit_id", sa.Text),
)

insights = sa.Table(
    "insights",
    metadata,
    column("id", sa.Integer, primary_key=True),
    account_column(),
    column("marketplace_id", sa.Text),
    column("captured_at", UtcDateTime, index=True),
    column("complete", sa.Boolean),  # nothing is missing but what the site has no data for
    column("document", sa.JSON),  # the contract's section "insights ID --format json"
    column("visit_id", sa.Text),
)
