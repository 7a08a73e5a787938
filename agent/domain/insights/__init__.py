"""Account health and the Featured Offer (Buy Box) percentage.

Names, values, judgement, document.
"""
