"""Tables of mailboxes, messages and invitations."""

from __future__ import annotations

import sqlalchemy as sa

from agent.store.database.schema.columns import UtcDateTime, account_column, column, metadata

folders = sa.Table(  # the position in each watched folder
    "folders",
    metadata,
    column("id", sa.Integer, primary_key=True),
    column("mailbox", sa.Text),  # username@host
    column("folder", sa.Text),
    column("role", sa.Text),  # inbox, junk
    column("uidvalidity", sa.BigInteger, nullable=True),
    column("last_uid", sa.BigInteger, default=0),
    column("epoch", sa.Integer, default=0),
    column("state", sa.Text, default="new"),  # of the connection: up, down, auth_failed, config, certificate
    column("fail_count", sa.Integer, default=0),
    column("last_error", sa.Text, nullable=True),
    column("last_scan_at", UtcDateTime, nullable=True),
    column("last_push_at", UtcDateTime, nullable=True),
    column("last_connect_at", UtcDateTime, nullable=True),
    sa.UniqueConstraint("mailbox", "folder"),
)

messages = sa.Table(  # candidates and problem mails only
    "messages",
    metadata,
    column("id", sa.Integer, primary_key=True),
    column("folder_id", sa.Integer, sa.ForeignKey("folders.id", ondelete="SET NULL"), nullable=True),
    column("uidvalidity", sa.BigInteger, nullable=True),
    column("uid", sa.BigInteger, nullable=True),
    column("message_id", sa.Text, nullable=True, index=True),
    column("sha256", sa.Text, nullable=True, index=True),
    column("internaldate", UtcDateTime, nullable=True),
    column("size", sa.BigInteger, default=0),
    column("sealed", sa.LargeBinary, nullable=True),  # the raw bytes, encrypted
    column("key_id", sa.Text, nullable=True),
    column("stage", sa.Text, index=True),  # found, fetched, judged, done, poison, vanished
    column("verdict", sa.Text, nullable=True),  # accept, held, rejected, duplicate, retry
    column("reason", sa.Text, nullable=True),
    column("evidence", sa.JSON, nullable=True),
    column("account_id", sa.Text, nullable=True, index=True),
    column("attempts", sa.Integer, default=0),
    column("next_try_at", UtcDateTime, nullable=True, index=True),
    column("found_at", UtcDateTime),
    column("judged_at", UtcDateTime, nullable=True),
    sa.UniqueConstraint("folder_id", "uidvalidity", "uid"),
    sa.Index("ix_messages_verdict", "verdict", "found_at"),
)

invitations = sa.Table(
    "invitations",
    metadata,
    column("id", sa.Integer, primary_key=True),
    column("invitation_id", sa.Text, unique=True),  # the UUID of the link, lower-case
    account_column(),
    column("message_id", sa.Integer, nullable=True),  # messages.id; None: a person gave the link
    column("source", sa.Text),  # mail, file, link
    column("asked_by", sa.Text, nullable=True),  # who gave the link or file
    column("host", sa.Text),
    column("url", sa.Text),  # rebuilt from its parts
    column("merchant_id", sa.Text, nullable=True),
    column("global_account_id", sa.Text, nullable=True),
    column("shop_name", sa.Text, nullable=True),  # attacker-controlled text: escape it
    column("language", sa.Text, nullable=True),
    column("state", sa.Text),  # waiting, accepting, accepted, failed, superseded
    column("received_at", UtcDateTime),
    column("expires_at", UtcDateTime),
    column("accepted_at", UtcDateTime, nullable=True),
)
