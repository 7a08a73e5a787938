"""What limits sign-ins, and what they need.

Acts, codes, marks of passwords, orders, the breaker.
"""
