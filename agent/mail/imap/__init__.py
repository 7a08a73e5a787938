"""IMAP: connections, sign-in, watching and scanning a mailbox, failures."""
