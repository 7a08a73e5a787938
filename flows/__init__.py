"""How one visit is done in a browser.

Knows nothing of mail, state, settings or schedules.
"""
