"""Honest latency: the real daemon on real sockets, paced as a scanner paces, tail and all."""
