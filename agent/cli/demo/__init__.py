"""`sc-agent demo`: six accounts, told on real parts."""
