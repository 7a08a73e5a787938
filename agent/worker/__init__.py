"""One worker process: daemon, dispatcher, engine, heartbeat, housekeeping."""
