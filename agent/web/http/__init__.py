"""Requests and answers: the door, calls, preconditions, rates, problems."""
