"""Where one account stands on the way to "complete": states, events, and the one table of what leads where.

`on` is the only door: it takes an event and where the account stands and says what follows. An event that the table
does not list for a
state is an error, never a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """The states of the contract."""

    API_AUTHORIZATION_REQUIRED = "api_authorization_required"  # nothing is started
    AWAITING_INVITATION = "awaiting_invitation"  # the seller has to invite the user email
    ACCEPTING = "accepting"  # an invitation arrived and is being accepted
    AWAITING_CONFIRMATION = "awaiting_confirmation"  # the seller has to confirm the user
    AWAITING_PERMISSIONS = "awaiting_permissions"  # the user exists; nothing has been granted yet
    AUDITING = "auditing"  # the first permissions, or corrected ones, are being read
    COMPLETE = "complete"  # every permission was read and is as it should be; re-read on a schedule
    FAILED = "failed"  # the acceptance or the permissions failed; the customer must act
    NEEDS_HUMAN = "needs_human"  # our own staff must act; never on a timer
    PAUSED = "paused"  # somebody said so


class Event(StrEnum):
    """What can happen to an account."""

    API_PENDING = "api_pending"  # the API authorization is (again) pending
    API_COMPLETE = "api_complete"
    INVITATION_ARRIVED = "invitation_arrived"  # a trusted one, recorded
    ACCEPTED = "accepted"  # also: found already accepted
    CONFIRMATION_ASKED = "confirmation_asked"  # accepted, and the seller must confirm with a code
    INVITATION_CLOSED = "invitation_closed"  # expired, withdrawn, for somebody else, refused
    AUDIT_STARTED = "audit_started"
    PASS = "pass"  # every row read, every row as expected # noqa: S105
    FAIL = "fail"  # at least one finding
    INCOMPLETE = "incomplete"  # not everything could be read; nothing is concluded
    INCOMPLETE_TOO_OFTEN = "incomplete_too_often"
    NOTHING_GRANTED = "nothing_granted"  # page refused, or every row None, and never anything above None before
    NOT_OFFERED = "not_offered"  # the site does not (yet) offer the merchant, and nothing was ever granted
    NOT_PERMITTED = "not_permitted"  # the page is refused although something was granted before
    RETRY = "retry"  # nothing was decided; later again
    HUMAN_NEEDED = "human_needed"  # a challenge, a lock, an unknown screen, a spent budget, too many retries
    PAUSED = "paused"
    RESUMED = "resumed"
    RELEASED = "released"  # a person released it from needs_human


class FixedText(StrEnum):
    """Which of the two texts fixed by the mission applied last."""

    API = "api"
    FAILED = "failed"


class Due(StrEnum):
    """When the account is looked at next."""

    NOW = "now"  # urgent: a mail or a person
    WAITING = "waiting"  # the interval while the seller has still to act
    INTERVAL = "interval"  # the interval of a complete account
    BACK_OFF = "back_off"  # growing, capped
    NEVER = "never"  # only an event moves it
    KEPT = "kept"  # as it was


class Rule(StrEnum):
    """A target that depends on more than event and state."""

    STAY = "stay"  # the event's facts are recorded, the state is kept
    BACK = "back"  # to the state an audit was started from
    GO_ON = "go_on"  # where an account goes on when what held it is gone


class TransitionError(Exception):
    """An event met a state that the table does not list for it."""

    def __init__(self, event: Event, state: State) -> None:
        super().__init__(f"no transition is listed for {event} in {state}")
        self.event = event
        self.state = state


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the table needs to know of an account."""

    state: State
    resumes_to: State | None = None
    message: FixedText | None = None
    api_complete: bool = True
    invitation_open: bool = False  # one has arrived and is neither accepted nor closed
    accepted: bool = False  # one was accepted before


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """What follows from an event."""

    event: Event
    to: State
    resumes_to: State | None
    message: FixedText | None
    due: Due


FIXED_TEXT: Mapping[FixedText, str] = {  # to the letter
    FixedText.API: "API Authorization Status must be complete before Seller Central Authorization may be started",
    FixedText.FAILED: "Error: Seller Central Authorization failed. Please update authorization.",
}

CUSTOMER_TEXT: Mapping[State, str] = {  # where no fixed text applies
    State.API_AUTHORIZATION_REQUIRED: FIXED_TEXT[FixedText.API],
    State.AWAITING_INVITATION: "Seller Central Authorization is waiting for the invitation.",
    State.ACCEPTING: "Seller Central Authorization is in progress: the invitation is being accepted.",
    State.AWAITING_CONFIRMATION: "Seller Central Authorization is in progress: the new user has to be confirmed in Seller Central.",
    State.AWAITING_PERMISSIONS: "Seller Central Authorization is in progress: waiting for the permissions to be set.",
    State.AUDITING: "Seller Central Authorization is in progress: the permissions are being checked.",
    State.COMPLETE: "Seller Central Authorization is complete.",
    State.FAILED: FIXED_TEXT[FixedText.FAILED],
    State.NEEDS_HUMAN: "Seller Central Authorization is in progress.",
    State.PAUSED: "Seller Central Authorization is in progress.",
}


def customer_text(state: State, message: FixedText | None, *, api_complete: bool = True) -> str:
    """The one line the customer sees."""
    if not api_complete:
        return FIXED_TEXT[FixedText.API]
    if state in (State.AUDITING, State.NEEDS_HUMAN, State.PAUSED) and message is FixedText.FAILED:
        return FIXED_TEXT[FixedText.FAILED]
    return CUSTOMER_TEXT[state]


S, E, R = State, Event, Rule
HELD = (S.PAUSED, S.NEEDS_HUMAN)  # only a person, or an event of their own, moves these
STABLE = frozenset(S) - {S.AUDITING, *HELD}  # what an account can go back to
WORKING = frozenset(
    {S.AWAITING_INVITATION, S.AWAITING_CONFIRMATION, S.AWAITING_PERMISSIONS, S.AUDITING, S.COMPLETE, S.FAILED}
)

Target = State | Rule


def _row(targets: Mapping[State, Target], *, kept: tuple[State, ...] = ()) -> Mapping[State, Target]:
    return {**dict.fromkeys(kept, R.STAY), **targets}


def _all(states: frozenset[State] | tuple[State, ...], target: Target) -> dict[State, Target]:
    return dict.fromkeys(states, target)


_NOT_NOW = (S.API_AUTHORIZATION_REQUIRED, *HELD)  # an outcome that arrives here is recorded and moves nothing
_QUIET = (S.COMPLETE, S.AWAITING_INVITATION, S.ACCEPTING)  # an audit of these does not show until it has an answer
_READ_KEPT = (*_NOT_NOW, S.ACCEPTING)
_ACCEPTANCE_ENDS = (E.ACCEPTED, E.CONFIRMATION_ASKED, E.INVITATION_CLOSED)

TABLE: Mapping[Event, Mapping[State, Target]] = {
    E.API_PENDING: _row(_all(frozenset(S) - frozenset(HELD), S.API_AUTHORIZATION_REQUIRED), kept=HELD),
    E.API_COMPLETE: _row(_all(frozenset(S), R.STAY) | {S.API_AUTHORIZATION_REQUIRED: R.GO_ON}),
    E.INVITATION_ARRIVED: _row(_all(WORKING | {S.ACCEPTING}, S.ACCEPTING), kept=_NOT_NOW),
    E.ACCEPTED: _row({S.ACCEPTING: S.AWAITING_PERMISSIONS}, kept=_NOT_NOW),
    E.CONFIRMATION_ASKED: _row({S.ACCEPTING: S.AWAITING_CONFIRMATION}, kept=_NOT_NOW),
    E.INVITATION_CLOSED: _row({S.ACCEPTING: S.FAILED}, kept=_NOT_NOW),
    E.AUDIT_STARTED: _row(_all(WORKING, S.AUDITING) | dict.fromkeys(_QUIET, R.STAY)),
    E.PASS: _row(_all(WORKING, S.COMPLETE), kept=_READ_KEPT),
    E.FAIL: _row(_all(WORKING, S.FAILED), kept=_READ_KEPT),
    E.INCOMPLETE: _row(_all(WORKING, R.STAY) | {S.AUDITING: R.BACK}, kept=_READ_KEPT),
    E.INCOMPLETE_TOO_OFTEN: _row(_all(WORKING, S.NEEDS_HUMAN), kept=_READ_KEPT),
    E.NOTHING_GRANTED: _row(_all(WORKING, S.AWAITING_PERMISSIONS), kept=_READ_KEPT),
    E.NOT_OFFERED: _row(_all(WORKING, R.STAY) | {S.AUDITING: R.BACK}, kept=_READ_KEPT),
    E.NOT_PERMITTED: _row(_all(WORKING, S.NEEDS_HUMAN), kept=_READ_KEPT),
    E.RETRY: _row(_all(WORKING | {S.ACCEPTING}, R.STAY) | {S.AUDITING: R.BACK}, kept=_NOT_NOW),
    E.HUMAN_NEEDED: _row(_all(frozenset(S) - frozenset(_NOT_NOW), S.NEEDS_HUMAN), kept=_NOT_NOW),
    E.PAUSED: _row(_all(frozenset(S), S.PAUSED)),
    E.RESUMED: _row({S.PAUSED: R.GO_ON}, kept=tuple(frozenset(S) - {S.PAUSED})),
    E.RELEASED: _row({S.NEEDS_HUMAN: R.GO_ON}, kept=tuple(frozenset(S) - {S.NEEDS_HUMAN})),
}


def on(event: Event, standing: Standing) -> Transition:
    """Say what follows from an event; pure.

    Raises:
        TransitionError: the table does not list the event for this state.
    """
    target = TABLE[event].get(standing.state)
    if target is None:
        raise TransitionError(event, standing.state)
    to = _resolve(event, target, standing)
    return Transition(
        event=event,
        to=to,
        resumes_to=_resumes_to(to, standing),
        message=_message(event, to, standing),
        due=_due(event, to, standing),
    )


def _resolve(event: Event, target: Target, standing: Standing) -> State:
    if standing.state is State.ACCEPTING and standing.invitation_open and event in _ACCEPTANCE_ENDS:
        return State.ACCEPTING  # a newer invitation came while this one was being accepted
    if isinstance(target, State):
        return target
    match target:
        case Rule.STAY:
            return standing.state
        case Rule.BACK:
            return standing.resumes_to or State.AWAITING_PERMISSIONS
        case Rule.GO_ON:
            return _go_on(event, standing)


def _go_on(event: Event, standing: Standing) -> State:
    """Where an account goes on: API first, then an open invitation, then where it stood."""
    if not standing.api_complete:
        return State.API_AUTHORIZATION_REQUIRED
    if standing.invitation_open:
        return State.ACCEPTING
    before = standing.resumes_to
    if before is State.NEEDS_HUMAN:
        return before  # it was paused while it needed people; only a release ends that
    if before is State.FAILED and event is Event.API_COMPLETE:
        before = None  # what failed before the API was pending is looked at afresh
    if before in (State.AWAITING_CONFIRMATION, State.AWAITING_PERMISSIONS, State.COMPLETE, State.FAILED):
        return before
    return State.AWAITING_PERMISSIONS if standing.accepted else State.AWAITING_INVITATION


def _resumes_to(to: State, standing: Standing) -> State | None:
    """Remember the last state that can be gone back to, through audits, pauses, people and the API."""
    if to not in (State.AUDITING, State.API_AUTHORIZATION_REQUIRED, *HELD):
        return None
    if standing.state in STABLE - {State.API_AUTHORIZATION_REQUIRED}:
        return standing.state
    if to is State.PAUSED and standing.state is State.NEEDS_HUMAN:
        return State.NEEDS_HUMAN
    return standing.resumes_to


def _message(event: Event, to: State, standing: Standing) -> FixedText | None:
    """Which fixed text stands behind the state; it outlives audits, pauses and people."""
    match to:
        case State.API_AUTHORIZATION_REQUIRED:
            return FixedText.API
        case State.FAILED:
            return FixedText.FAILED
        case State.AUDITING | State.NEEDS_HUMAN | State.PAUSED:
            if event is Event.API_PENDING:
                return FixedText.API
            if event is Event.API_COMPLETE and standing.message is FixedText.API:
                return FixedText.FAILED if standing.resumes_to is State.FAILED else None
            return standing.message
        case _:
            return None


def _due(event: Event, to: State, standing: Standing) -> Due:
    if to in (State.API_AUTHORIZATION_REQUIRED, State.AWAITING_INVITATION, *HELD):
        return Due.NEVER
    moved = to is not standing.state
    match event:
        case Event.INVITATION_ARRIVED | Event.ACCEPTED:
            return Due.NOW
        case Event.API_COMPLETE | Event.RESUMED | Event.RELEASED:
            return _due_again(to, standing) if moved else Due.KEPT
        case Event.INVITATION_CLOSED | Event.CONFIRMATION_ASKED if to is State.ACCEPTING:
            return Due.NOW
        case Event.INVITATION_CLOSED:
            return Due.WAITING if standing.accepted else Due.NEVER
        case Event.RETRY:
            return Due.BACK_OFF
        case Event.API_PENDING | Event.PAUSED | Event.AUDIT_STARTED | Event.HUMAN_NEEDED:
            return Due.KEPT
        case _ if to is State.ACCEPTING:
            return Due.KEPT  # an audit ended after an invitation had arrived
        case Event.PASS:
            return Due.INTERVAL
        case _:
            return Due.WAITING


def _due_again(to: State, standing: Standing) -> Due:
    """A failed acceptance waits for a new invitation; everything else is looked at now."""
    return Due.NEVER if to is State.FAILED and not standing.accepted else Due.NOW
