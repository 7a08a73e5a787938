"""What bounds and feeds sign-ins.

Acts, codes, marks of passwords, orders, the breaker.
"""
