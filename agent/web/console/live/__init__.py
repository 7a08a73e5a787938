"""Live parts of the console: the stream of changes and the take-over."""
