"""Pictures of the accounting: what claimed each piece of a permission page, and every gap where it stands."""
