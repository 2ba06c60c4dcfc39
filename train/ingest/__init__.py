"""Training data from a manifest of images: all of it checked, then cropped into a folder."""
