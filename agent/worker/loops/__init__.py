"""Loops beside due visits: operations, surveys, take-overs, insights, upkeep."""
