"""How the daemon fares: counts, checks and metrics, told over HTTP on this host alone."""
