"""What the visits of one process share: context, browser, catalogue."""
