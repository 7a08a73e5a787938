"""`sc-agent demo`: six accounts played on real parts."""
