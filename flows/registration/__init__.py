"""Creating an ordered login, enrolling its authenticator, and a new one later."""
