"""One visit: its context, and the one way of driving its page."""
