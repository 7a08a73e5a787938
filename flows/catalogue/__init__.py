"""The catalogue of screens: schema, loading, recognition, elements, check."""
