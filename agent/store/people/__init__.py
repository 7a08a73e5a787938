"""What people are asked for and gave: tasks, requests, take-overs, drafts, adoptions."""
