"""What a visit does: one file a kind, and what they share."""
