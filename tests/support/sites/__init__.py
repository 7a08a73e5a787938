"""Browsers, sites and pages for tests."""
