"""What people are asked for and gave.

Tasks, requests, take-overs, drafts, adoptions.
"""
