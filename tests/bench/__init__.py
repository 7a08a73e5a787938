"""What `make bench` measures: one family of figures a file, each beside a reference in the same run."""
