"""Choosing the account: picker, labels, which account is active."""
