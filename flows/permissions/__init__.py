"""The permission audit: reach the page, read every row, probe where it is refused."""
