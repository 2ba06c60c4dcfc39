"""The built-in bundle is trusted by the hash of its manifest, which hashes every other file."""

BUILTIN_SHA256 = "d4239aa718e775349ed89d5b5df1807150ceca0971db9275fd036b4eea94fdd1"
"""SHA-256 of edge/builtin/manifest.json; `make pin` writes it anew."""
