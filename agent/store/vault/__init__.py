"""Encryption at rest: keys, sign-in secrets, sessions, rotation."""
