"""Visits: prepare, run in a browser, conclude, record."""
