"""What bounds a visit: its lease, its attempts, its merchant, a password without an answer."""
