"""The outbox: events written with their change, numbered after its commit."""
