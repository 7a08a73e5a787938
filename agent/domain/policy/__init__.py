"""The policy: what permissions should be, its default file and its loader."""
