"""What people and programs may ask for.

One function each, used by the commands, the API and the console alike.

Each works in the caller's transaction, prints nothing, and raises an `AgentError` whose `code`, where it has one, is a
section of docs/operations.md.
"""
