"""One-time links and API tokens: long random texts of which only a hash is kept."""

import hashlib
import secrets

LENGTH_BYTES = 32


def new_token() -> str:
    """Draw a token of 256 random bits, safe in an address."""
    return secrets.token_urlsafe(LENGTH_BYTES)


def hash_of(token: str) -> str:
    """Give what is stored. No salt: a text of 256 random bits cannot be looked up or guessed."""
    return hashlib.sha256(token.encode()).hexdigest()
