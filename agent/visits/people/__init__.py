"""What a visit asks of people, and what it keeps of what they did."""
