"""The command line: one file a command group; the only place that builds Settings and wires the rest."""
