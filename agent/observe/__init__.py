"""Logs, metrics, evidence and notices."""
