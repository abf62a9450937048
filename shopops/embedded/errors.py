"""What goes wrong with the embedded servers, in words that a shop owner can act on."""


class EmbeddedError(Exception):
    """The embedded servers cannot be started or used; the text says why and what to do."""
