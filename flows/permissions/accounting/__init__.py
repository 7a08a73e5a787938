"""The accounting: what of a page nothing in the reading explains."""
