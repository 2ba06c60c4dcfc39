"""The built-in bundle is trusted by the hash of its manifest, which hashes every other file."""

BUILTIN_SHA256 = "db0b0827d9c38309701fba1abe7c26430666887d44195c16c3c7a13ed36f9cc0"
"""SHA-256 of edge/builtin/manifest.json; `make pin` writes it anew."""
