"""A row of the accounts table as an account."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from agent.domain.account import Account, ApiAuthorization, MerchantSource, ReadingSummary
from agent.domain.authorization import FixedText, State


def account_of(row: sa.RowMapping) -> Account:
    """The account of a whole row."""
    values: dict[str, Any] = dict(row)
    values["crashes"] = values.pop("deaths")  # the stored word
    values["api_authorization"] = ApiAuthorization(row["api_authorization"])
    values["authorization"] = State(row["authorization"])
    values["resumes_to"] = State(row["resumes_to"]) if row["resumes_to"] else None
    values["message_kind"] = FixedText(row["message_kind"]) if row["message_kind"] else None
    values["reading"] = ReadingSummary(row["reading"]) if row["reading"] else None
    values["merchant_source"] = MerchantSource(row["merchant_source"]) if row["merchant_source"] else None
    values["reasons"] = tuple(row["reasons"])
    values["also_marketplaces"] = tuple(row["also_marketplaces"] or ())
    return Account(**values)
