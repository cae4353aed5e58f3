"""Lists of words and phrases, looked for in the words of a clause."""

from collections.abc import Sequence


class Phrases:
    """Phrases of one to four words; "vary*" stands for every word that begins so."""

    __slots__ = ("_longest", "_prefixes", "_whole")

    def __init__(self, listed: str) -> None:
        """Read phrases from a list; a phrase of several words is joined by "_", phrases are parted by white space."""
        phrases = [phrase.replace("_", " ") for phrase in listed.split()]
        self._prefixes = tuple(phrase[:-1] for phrase in phrases if phrase.endswith("*"))
        self._whole = frozenset(phrase for phrase in phrases if not phrase.endswith("*"))
        self._longest = max(phrase.count(" ") + 1 for phrase in phrases)

    def first(self, words: Sequence[str]) -> str:
        """The first phrase of the list among these words, the longest where several begin there; "" if there is none."""
        for place, word in enumerate(words):
            for length in range(min(self._longest, len(words) - place), 1, -1):
                phrase = " ".join(words[place : place + length])
                if phrase in self._whole:
                    return phrase
            if word in self._whole or (self._prefixes and word.startswith(self._prefixes)):
                return word
        return ""
