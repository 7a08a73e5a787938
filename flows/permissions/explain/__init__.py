"""Pictures of the accounting.

What claimed each piece of a permission page, and every gap where it stands.
"""
