"""The built-in bundle is trusted by the hash of its manifest, which hashes every other file."""

BUILTIN_SHA256 = "1d1929989502f57e521c4394977d7735ae4790cb674b9e943e87017640958019"
"""SHA-256 of edge/builtin/manifest.json; `make pin` writes it anew."""
