"""The status document of an account in the database."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from agent.domain.published import status_document as domain
from agent.domain.published.status_document import StatusDocument
from agent.store import accounts
from agent.store.outbox.revise import settle


def status_document(conn: Connection, account_id: str) -> StatusDocument:
    """The document as this transaction will leave it.

    What was changed in it already has its new revision.

    Raises:
        UnknownAccountError: there is no such account.
    """
    settle(conn)
    return domain.status_document(accounts.get(conn, account_id))
