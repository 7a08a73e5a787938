"""Creating a login that was ordered, enrolling its authenticator, and enrolling a new one later."""
