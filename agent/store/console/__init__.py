"""What the console keeps: people and their roles, their sessions, and the log of what they did."""
