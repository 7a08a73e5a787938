"""What the HTTP API remembers: keys, idempotency, operations."""
