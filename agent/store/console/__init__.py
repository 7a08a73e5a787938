"""What the console keeps.

People and their roles, their sessions, and the log of what they did.
"""
