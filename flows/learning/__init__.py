"""Making drafts from what a person did, and refusing what no draft may do."""
