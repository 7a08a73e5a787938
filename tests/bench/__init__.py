"""What `make bench` measures.

One family of figures a file, each beside a reference in the same run.
"""
