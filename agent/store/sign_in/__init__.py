"""What bounds and feeds sign-ins: acts, codes, marks of passwords, orders, the breaker."""
