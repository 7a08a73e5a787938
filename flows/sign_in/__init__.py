"""Signing in: screens, submitted secrets, one-time codes."""
