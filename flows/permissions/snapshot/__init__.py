"""Two snapshots of a page, DOM and accessibility tree, compared and merged."""
