"""Durable visits: the engine, what a visit does, when it is due, and who may make it."""
