"""What is wrong with a host, its settings, keys and bundle, in words and with the remedy."""
