"""The names of what is logged, `noun.verb`; everything else is a field."""

from __future__ import annotations

from typing import Final

DAEMON_STARTED: Final = "daemon.started"
DAEMON_STOPPING: Final = "daemon.stopping"
STOP_WAITS: Final = "daemon.stop_waits"  # for the answer to a password that was typed
FILE_READABLE: Final = "file.readable"  # it holds a secret, and others can read it
DAEMON_STOPPED: Final = "daemon.stopped"
DAEMON_STOP_FAILED: Final = "daemon.stop_failed"
WORKER_RECOVERED: Final = "worker.recovered"  # the visits of a dead worker were taken over
WORKER_BEAT_MISSED: Final = "worker.beat_missed"
TICK_FAILED: Final = "tick.failed"
VISIT_STARTED: Final = "visit.started"
VISIT_ENDED: Final = "visit.ended"
VISIT_INTERRUPTED: Final = "visit.interrupted"
VISIT_SKIPPED: Final = "visit.skipped"
VISIT_UNEXPECTED: Final = "visit.unexpected"
VISIT_SET_ASIDE: Final = "visit.set_aside"
ADOPTED_NOT_USED: Final = "adopted.not_used"  # its hash differs, or it says more than an adopted file may
DRAFTS_NOT_KEPT: Final = "drafts.not_kept"  # the steps are beside the evidence
DRAFTS_KEPT: Final = "drafts.kept"  # of screens that a person passed
LOGIN_CREATED: Final = "login.created"  # an ordered one, with two-step verification on
TOTP_ROTATED: Final = "totp.rotated"  # a new authenticator is in force
DRIFT_SEEN: Final = "drift.seen"  # an element was not found by its first candidate, or a grid has a new shape
EVIDENCE_MISSED: Final = "evidence.missed"
EVERYTHING_PAUSED: Final = "everything.paused"
EVERYTHING_RESUMED: Final = "everything.resumed"
CLOCK_SKEWED: Final = "clock.skewed"
ALARM_RAISED: Final = "alarm.raised"
ALARM_RECOVERED: Final = "alarm.recovered"
ALARM_UNSENT: Final = "alarm.unsent"
RETENTION_APPLIED: Final = "retention.applied"
TAKEOVER_OFFERED: Final = "takeover.offered"
TAKEOVER_ENDED: Final = "takeover.ended"
TAKEOVER_LINE_LOST: Final = "takeover.line_lost"
TAKEOVER_LINE_REFUSED: Final = "takeover.line_refused"  # no ticket, another origin, or a message that is none
TAKEOVER_NOT_WRITTEN: Final = "takeover.not_written"
WEB_ADDRESS_TAKEN: Final = "web.address_taken"  # the default one; the daemon goes on without the web role
WEB_DATABASE_AWAY: Final = "web.database_away"
WEB_UNEXPECTED: Final = "web.unexpected"
PERSON_ASKED: Final = "person.asked"  # a visit waits for an answer; the words and the answer are not logged
SECRETS_NOT_OPENED: Final = "secrets.not_opened"  # given by the API, sealed for another vault
SIGNALS_LOST: Final = "signals.lost"  # of events; readers look again by themselves
EVENTS_UNNUMBERED: Final = "events.unnumbered"  # the database does not answer; tried again
WEBHOOK_FAILED: Final = "webhook.failed"
WEBHOOK_SET_ASIDE: Final = "webhook.set_aside"
WEBHOOK_DISABLED: Final = "webhook.disabled"
WEBHOOK_VERIFIED: Final = "webhook.verified"
WEBHOOK_LEADER: Final = "webhook.leader"  # this process delivers from now on
WEBHOOK_ROUND_FAILED: Final = "webhook.round_failed"
