"""Databases of tests: migrated, filled, large."""
