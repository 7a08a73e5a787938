"""The names of the mail room's log events.

Their fields never hold a link, a token, a body or a secret.
"""

CONNECTED = "mailbox.connected"
LOST = "mailbox.lost"
RENEWAL_FAILED = "mailbox.renewal_failed"
PASSIVE = "mailbox.passive"
IDLING = "mailbox.idling"  # again, after it was polled
POLLING = "mailbox.polling"
FOLDER_MISSING = "folder.missing"
EPOCH = "folder.epoch"
FLOOD = "folder.flood"
FOUND = "message.found"
FOUND_LATE = "message.found_late"
VANISHED = "message.vanished"
UNFETCHED = "message.unfetched"
SEARCH_SILENT = "folder.search_silent"
OPTIONAL_FAILED = "mailbox.optional_failed"  # a step that watching can do without
WEAK_TRUST = "mailbox.weak_trust"
POISON = "message.poison"
JUDGED = "message.judged"
FORGED = "message.forged"  # a security event: it claims to be Amazon's and does not prove it
POSTPONED = "message.postponed"
MOVED = "message.moved"
MOVE_FAILED = "message.move_failed"
KEY_NEW = "dkim_key.new"
INVITATION = "invitation.recorded"
DATABASE = "database.unavailable"
ALARM = "mail.alarm"
CALLBACK_FAILED = "mail.callback_failed"
