"""The events that outsiders may read: their types and the CloudEvents envelope."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from agent.clock import timestamp

PREFIX = "com.channeladvisor.secondary_user."
SOURCE = "urn:channeladvisor:secondary-user"


class EventType(StrEnum):
    """Types without their prefix; `full` adds it."""

    ACCOUNT_REGISTERED = "account.registered.v1"
    ACCOUNT_UPDATED = "account.updated.v1"  # registration or document changed; `changed` names what
    ACCOUNT_REMOVED = "account.removed.v1"
    STATE_CHANGED = "account.state_changed.v1"  # `from`, `to`, `why`
    INVITATION_RECEIVED = "invitation.received.v1"
    INVITATION_ACCEPTED = "invitation.accepted.v1"
    INVITATION_CLOSED = "invitation.closed.v1"  # `reason`
    INVITATION_REFUSED = "invitation.refused.v1"  # a mail was held or rejected: `mail`, `verdict`, `reason`
    CONFIRMATION_REQUIRED = "confirmation.required.v1"  # the code is in the document
    PERMISSIONS_CHANGED = "permissions.changed.v1"  # findings differ from the last settled audit
    AUDIT_COMPLETED = "audit.completed.v1"
    INSIGHTS_READ = "insights.read.v1"
    PERSON_NEEDED = "person.needed.v1"  # `kind`, `deadline`
    PERSON_ANSWERED = "person.answered.v1"
    ALARM_OPENED = "alarm.opened.v1"  # `key`, `text`
    ALARM_CLOSED = "alarm.closed.v1"
    PAUSE_CHANGED = "pause.changed.v1"  # of everything: `paused`
    ENDPOINT_DISABLED = "endpoint.disabled.v1"  # `endpoint`, `reason`
    PING = "ping.v1"

    @property
    def full(self) -> str:
        """The type as outsiders read it."""
        return PREFIX + self


# For people who run the agent: a key reads these only with `operator:read`.
OPERATOR_TYPES = frozenset(
    {
        EventType.INVITATION_REFUSED,
        EventType.PERSON_NEEDED,
        EventType.PERSON_ANSWERED,
        EventType.ALARM_OPENED,
        EventType.ALARM_CLOSED,
        EventType.PAUSE_CHANGED,
        EventType.ENDPOINT_DISABLED,
    }
)


class UnknownEventTypeError(ValueError):
    """No event has this type."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is no type of event; expected one of {', '.join(EventType)}")


def parse_type(text: str) -> EventType:
    """Read a type with or without prefix.

    Raises:
        UnknownEventTypeError: there is no such type.
    """
    try:
        return EventType(text.strip().removeprefix(PREFIX))
    except ValueError as err:
        raise UnknownEventTypeError(text) from err


def cloud_event(
    *, event_id: str, kind: str, account: str | None, at: datetime, data: Mapping[str, Any], sequence: int | None
) -> dict[str, Any]:
    """A CloudEvents 1.0 envelope in structured JSON.

    `sequence` is an extension and is left out where there is none.
    """
    envelope: dict[str, Any] = {
        "specversion": "1.0",
        "id": event_id,
        "source": SOURCE,
        "type": PREFIX + kind,
        "time": timestamp(at),
        "datacontenttype": "application/json",
        "data": dict(data),
    }
    if account is not None:
        envelope["subject"] = account
    if sequence is not None:
        envelope["sequence"] = sequence
    return envelope
