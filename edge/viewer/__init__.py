"""The web viewer: a subscriber with a page, which shows the numbers beside the image."""
