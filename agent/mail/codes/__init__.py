"""Codes that Amazon sends by mail.

What one is for, reading it, keeping it for the page that asked.
"""
