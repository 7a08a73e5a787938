"""Alembic's scripts; they build exactly what schema.py describes."""
