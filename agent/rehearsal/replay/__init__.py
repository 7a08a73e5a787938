"""`sc-agent replay`: flows against recordings, offline."""
