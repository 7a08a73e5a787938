"""Scrubbing of bodies, fields, mails and exchanges."""
