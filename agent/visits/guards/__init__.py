"""What bounds a visit: its lease, attempts, merchant and unanswered password."""
