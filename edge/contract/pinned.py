"""The built-in bundle is trusted by the hash of its manifest, which hashes every other file."""

BUILTIN_SHA256 = "f9c971ae37727a070d1856f3e02157d47d58304f1914b5cba8e1a7bbee7a1ae3"
"""SHA-256 of edge/builtin/manifest.json; `make pin` writes it anew."""
