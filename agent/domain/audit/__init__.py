"""The audit: judging a reading by a policy, findings, changes, features."""
