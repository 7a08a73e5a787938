"""Codes that Amazon sends by mail: what one is for, reading it, keeping it for the page that asked."""
