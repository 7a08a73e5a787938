"""The trust gate: from raw bytes to a verdict, in a process of its own."""
