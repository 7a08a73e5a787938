"""Permission pages: drawn in other shapes, recorded, and alone in a browser."""
