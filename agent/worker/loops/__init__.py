"""What a worker does beside due visits: operations, surveys, take-overs, insights, housekeeping."""
