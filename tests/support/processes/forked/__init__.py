"""Processes forked from one that has imported their libraries."""
