"""`sc-agent doctor`: what is looked at, and how it stands."""
