"""Replacing secrets known by value."""
