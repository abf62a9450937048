"""Draw winners so that anybody can check it; pure, nothing but SHA-256.

Before: `commitment(seed)` is published with the rules. After: the seed is shown. What is drawn among is
one line "number ticket" an entry, by number, each ended by a newline; `entries_hash` is SHA-256 of it.
The score of an entry is SHA-256 of "seed:entries_hash:word:number ticket". The smallest scores win, the
smallest the first place. `word` is a number of the outside world that is not known before the end (empty if the
rules name none): without it one has to believe that the shop, which knows the seed, added no entries to
its liking; with it one has not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

SEED_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One part in a draw, under a name that is nobody's."""

    number: int
    ticket: str

    @property
    def line(self) -> str:
        """The entry as it is hashed."""
        return f"{self.number} {self.ticket}"


def commitment(seed: str) -> str:
    """Give the hash that is published before."""
    return sha256(seed.encode()).hexdigest()


def entries_hash(entries: Sequence[Entry]) -> str:
    """Give the hash of all that is drawn among."""
    lines = (f"{one.line}\n" for one in sorted(entries, key=lambda one: one.number))
    return sha256("".join(lines).encode()).hexdigest()


def score(seed: str, among: str, word: str, entry: Entry) -> str:
    """Give an entry's score."""
    return sha256(f"{seed}:{among}:{word}:{entry.line}".encode()).hexdigest()


def draw(seed: str, word: str, entries: Sequence[Entry], winners: int) -> list[Entry]:
    """Give the winners by place; all, if there are no more than places."""
    among = entries_hash(entries)
    return sorted(entries, key=lambda one: score(seed, among, word, one))[:winners]


@dataclass(frozen=True, slots=True)
class Published:
    """What a shop publishes of a draw after it."""

    seed: str
    seed_hash: str
    entries_hash: str
    word: str
    entries: Sequence[Entry]
    winners: Sequence[int]


def disagreements(published: Published) -> list[str]:
    """Recompute a draw; give what does not agree: `seed_hash`, `entries_hash`, `winners`."""
    found = []
    if commitment(published.seed) != published.seed_hash:
        found.append("seed_hash")
    if entries_hash(published.entries) != published.entries_hash:
        found.append("entries_hash")
    won = draw(published.seed, published.word, published.entries, len(published.winners))
    if [one.number for one in won] != list(published.winners):
        found.append("winners")
    return found
