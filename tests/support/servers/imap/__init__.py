"""Real IMAP servers, and a scripted one that misbehaves."""
