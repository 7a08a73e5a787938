"""Commands on accounts: the registry, their state, their story."""
