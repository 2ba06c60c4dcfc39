"""The built-in bundle is trusted by the hash of its manifest, which hashes every other file."""

BUILTIN_SHA256 = "28461d949362106501d7016913b2d9f79e0afd02d9aacabc63b8d07aa98e109f"
"""SHA-256 of edge/builtin/manifest.json; `make pin` writes it anew."""
