"""Mailboxes and mails of tests."""
