"""Networks that were not trained here, packed into bundles."""
