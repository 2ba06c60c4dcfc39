"""The only modules that touch zmq: links to scanners, the bus to viewers, and their other ends."""
