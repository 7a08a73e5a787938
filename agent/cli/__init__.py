"""The command line: one file a command group.

The only place that builds Settings and wires the rest.
"""
