"""What outsiders may read of an account: status, conditions, events."""
