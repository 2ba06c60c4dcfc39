"""What can go wrong between a viewer and the daemon, each with its reason."""


class RefusedError(ValueError):
    """A message that breaks the protocol; names the field, never what the peer sent."""


class LinkError(ConnectionError):
    """The daemon cannot be spoken to: a wrong or refused key, or something else at its address.

    The socket may be used further: it tries again, since a key can be enrolled meanwhile.
    """
