"""Recordings and evidence of a visit, scrubbed before they are kept."""
