"""A person takes over a visit's page.

Who may act, what travels between console and worker, and what is kept of it.
"""
