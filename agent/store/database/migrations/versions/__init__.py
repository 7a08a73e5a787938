"""Alembic's scripts; they build exactly what the schema describes."""
