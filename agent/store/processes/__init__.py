"""What processes share: leases, workers, switches, alarms."""
