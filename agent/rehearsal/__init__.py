"""Commands that play: demo, replay, record, stand-in.

The only importer of fixtures.
"""
