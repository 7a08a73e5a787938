"""An audit written out for people and programs, one file a format."""
