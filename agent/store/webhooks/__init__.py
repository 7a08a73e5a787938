"""Webhooks as stored: endpoints, and what is to be delivered to them."""
