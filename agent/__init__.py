"""The agent: for which account, when, how often, and what is remembered."""
