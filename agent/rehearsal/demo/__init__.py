"""`sc-agent demo`: seven accounts played on real parts."""
