"""From the tokens of a snapshot to rows with levels."""
