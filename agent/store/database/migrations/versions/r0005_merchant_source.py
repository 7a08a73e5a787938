"""Who said which merchant an account belongs to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_FROM_A_MAIL = """
UPDATE accounts SET merchant_source = 'invitation' WHERE merchant_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM invitations
    WHERE invitations.account_id = accounts.id AND invitations.state = 'accepted'
      AND (invitations.merchant_id = accounts.merchant_id OR invitations.global_account_id IS NOT NULL))
"""


def upgrade() -> None:
    """Add the columns.

    0.1 did not write down whether a merchant was registered or taken from the invitation that was
    accepted: where it may have been, it is not taken for vouched.
    """
    op.add_column("accounts", sa.Column("global_account_id", sa.Text(), nullable=True))
    op.add_column("accounts", sa.Column("merchant_source", sa.Text(), nullable=True))
    op.execute(_FROM_A_MAIL)
    op.execute(
        "UPDATE accounts SET merchant_source = 'registration' WHERE merchant_id IS NOT NULL AND merchant_source IS NULL"
    )
