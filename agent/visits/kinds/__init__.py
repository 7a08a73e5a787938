"""The kinds of visits: accept, audit, insights, registration, rotation, survey."""
