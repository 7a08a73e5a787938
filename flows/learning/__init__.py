"""Making drafts of the catalogue from what a person did, and refusing what no draft may do."""
