"""Resources of one account and of the registry."""
