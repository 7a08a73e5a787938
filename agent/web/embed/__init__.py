"""The panel that the host platform shows to its customers."""
