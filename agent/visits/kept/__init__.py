"""What is kept of a visit: its recording, its pictures, its steps."""
