"""What a search means, naively: words by Unicode's own categories, and every value looked at."""

import random
import unicodedata
from dataclasses import dataclass
from functools import cache

_ALONE = str.maketrans("łŁøØđĐßı\u03c2", "lloodds" + "i\u03c3")
EXACT, BEGINS, NAMED, OTHER = 4, 3, 2, 1
URN, PART_OF_URN = 6, 5


@cache
def words(text: str) -> list[str]:
    """Return the words of a text: runs of letters and digits, small, without accents."""
    plain = unicodedata.normalize("NFKD", text.translate(_ALONE))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).lower().translate(_ALONE)
    return "".join(c if unicodedata.category(c)[0] in "LN" else " " for c in plain).split()


@dataclass(frozen=True)
class Term:
    """One thing to look for: a word, or several in a row; the last may go on."""

    words: tuple[str, ...]
    goes_on: bool = False

    def is_in(self, found: list[str]) -> bool:
        """Tell whether the words are somewhere in a row."""
        return any(self._is_at(found, at) for at in range(len(found)))

    def _is_at(self, found: list[str], at: int) -> bool:
        *first, last = self.words
        here = found[at : at + len(self.words)]
        if len(here) < len(self.words) or here[:-1] != first:
            return False
        return here[-1].startswith(last) if self.goes_on else here[-1] == last


@dataclass(frozen=True)
class Wanted:
    """What is looked for, put together by the test, which knows what its text should mean."""

    text: str
    all_of: tuple[Term, ...]
    none_of: tuple[Term, ...] = ()

    def matches(self, value: str) -> bool:
        """Tell whether a value has all that it must have, and nothing that it must not."""
        found = words(value)
        return all(each.is_in(found) for each in self.all_of) and not any(
            each.is_in(found) for each in self.none_of
        )

    def either_case(self, chance: random.Random) -> "Wanted":
        """Return the same search, with some letters in capitals."""
        text = "".join(c.upper() if chance.random() < 0.3 else c for c in self.text)
        return Wanted(text, self.all_of, self.none_of)

    def tier(self, value: str, *, named: bool) -> int:
        """Return how well a value that matches fits."""
        if not named:
            return OTHER
        found, said = words(value), words(self.text)
        if found == said:
            return EXACT
        return BEGINS if " ".join(found).startswith(" ".join(said)) else NAMED


def plain(text: str) -> Wanted:
    """Return the search for all words of a text without signs."""
    return Wanted(text, tuple(Term((each,)) for each in words(text)))
