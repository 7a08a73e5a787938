"""Permission pages that lie, each with its truth, and what judges them by the real path of an audit."""
