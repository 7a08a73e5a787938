"""One-time codes: of the account's seed, and sent by mail."""
