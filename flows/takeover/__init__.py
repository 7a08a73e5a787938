"""A page in a person's hands: its pictures, the input, what the person did on it."""
