"""The built-in bundle is trusted by the hash of its manifest, which hashes every other file."""

BUILTIN_SHA256 = "01eadd4f3480c16911c5aacee0778d6475ab744bb75545b30d38280dac309948"
"""SHA-256 of edge/builtin/manifest.json; `make pin` writes it anew."""
