"""Readers of the permission pages, one a layout, behind one switch."""
