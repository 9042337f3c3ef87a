r"""Regular expressions: the core that Java and PostgreSQL share, from the one to the other.

Literals, `.`, classes, groups, look-ahead and look-behind, alternatives, greedy quantifiers or lazy
ones (not both in one pattern: PostgreSQL knows one preference for the whole of it), `^`, `$`, `\A`,
`\z`, `\b`, back references, and the flags `(?i)`, `(?s)`, `(?m)` in front. Of several matches from
one place PostgreSQL takes the longest (with lazy quantifiers the shortest).
"""

import re
from dataclasses import dataclass

from datalog.errors import MalformedPattern

MOST_REPEATS = 255
"""PostgreSQL's bound."""

_CLASSES = frozenset("dDwWsS")
_CHARACTERS = {"t": r"\t", "n": r"\n", "r": r"\r", "f": r"\f", "a": r"\a", "e": r"\e"}
_ANCHORS = {"b": r"\y", "B": r"\Y", "A": r"\A", "z": r"\Z", "Z": r"(?=\n?\Z)"}
_GROUPS = ("?:", "?=", "?!", "?<=", "?<!")
_FLAGS = re.compile(r"\(\?([ism]+)\)")
_BOUND = re.compile(r"\{([0-9]{1,3})(,([0-9]{1,3})?)?\}")
_HEXADECIMAL = re.compile(r"x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})")


def translated(pattern: str, *, whole: bool = False) -> str:
    """Return a regular expression of Java's as PostgreSQL reads it. Raises MalformedPattern.

    `whole`: it must match the whole text, not some part of it.
    """
    found = _FLAGS.match(pattern)
    flags = found[1] if found else ""
    body = _Reading(pattern, flags, found.end() if found else 0).whole()
    options = ("i" if "i" in flags else "") + ("w" if "m" in flags else "s")
    return f"(?{options})\\A(?:{body})\\Z" if whole else f"(?{options}){body}"


@dataclass(slots=True)
class _Reading:
    """A pattern being read; `at` is where."""

    pattern: str
    flags: str
    at: int
    groups: int = 0
    open: int = 0
    lazy: bool | None = None

    def whole(self) -> str:
        # pattern = (atom quantifier?)*, with | and groups around
        found: list[str] = []
        can_repeat = False
        while self.at < len(self.pattern):
            start = self.at
            repeat = self._quantifier()
            if repeat:
                if not can_repeat:
                    raise self._fault("repeats nothing", start)
                found.append(repeat)
                can_repeat = False
                continue
            piece, can_repeat = self._atom()
            found.append(piece)
        if self.open:
            raise self._fault("has a group that is not closed", len(self.pattern))
        return "".join(found)

    def _quantifier(self) -> str:
        # quantifier = ("*" | "+" | "?" | "{" n ("," m?)? "}") "?"?
        here = self.pattern[self.at]
        is_exact = False
        if here in "*+?":
            text = here
        elif bound := _BOUND.match(self.pattern, self.at):
            text, is_exact = bound[0], not bound[2]
            least, most = int(bound[1]), int(bound[3] or bound[1])
            if least > most or most > MOST_REPEATS:
                raise self._fault(f"repeats more than {MOST_REPEATS} times, or wrongly", self.at)
        else:
            return ""
        at, self.at = self.at, self.at + len(text)
        following = self.pattern[self.at : self.at + 1]
        if following == "+":
            raise self._fault("has a possessive quantifier, which there is not here", self.at)
        is_lazy = following == "?"
        if not is_exact:
            if self.lazy not in {None, is_lazy}:
                raise self._fault("mixes greedy and lazy quantifiers", at)
            self.lazy = is_lazy
        if is_lazy:
            self.at += 1
        return text + ("?" if is_lazy else "")

    def _atom(self) -> tuple[str, bool]:  # noqa: C901, PLR0911  # One case for each kind of atom.
        here = self.pattern[self.at]
        if here == "(":
            return self._group(), False
        if here == "[":
            return self._class(), True
        if here == "\\":
            return self._escape(in_class=False)
        self.at += 1
        match here:
            case ")":
                if not self.open:
                    raise self._fault("closes a group that is not open", self.at - 1)
                self.open -= 1
                return ")", True
            case "|":
                return "|", False
            case "^" | "$":
                return here, False
            case ".":
                return ("." if "s" in self.flags else r"[^\n]"), True
            case "{" | "}" | "]":
                if here == "{":
                    raise self._fault("has a { that bounds nothing", self.at - 1)
                return f"\\{here}", True
            case _:
                return here, True

    def _group(self) -> str:
        self.at += 1
        self.open += 1
        if not self.pattern.startswith("?", self.at):
            self.groups += 1
            return "("
        for kind in sorted(_GROUPS, key=len, reverse=True):
            if self.pattern.startswith(kind, self.at):
                self.at += len(kind)
                return f"({kind}"
        raise self._fault("has a kind of group that there is not here", self.at)

    def _escape(self, *, in_class: bool) -> tuple[str, bool]:  # noqa: C901  # The same.
        # escape = "\" (class | anchor | character | digit | punctuation)
        start = self.at
        following = self.pattern[self.at + 1 : self.at + 2]
        self.at += 2
        if following in _CLASSES and following:
            if in_class and following.isupper():
                raise self._fault(f"has \\{following} inside of a class", start)
            return f"\\{following}", True
        if following in _CHARACTERS and following:
            return _CHARACTERS[following], True
        if found := _HEXADECIMAL.match(self.pattern, self.at - 1):
            self.at = found.end()
            return self._literal(chr(int(found[1] or found[2], 16)), start), True
        if not in_class and following in _ANCHORS and following:
            return _ANCHORS[following], False
        if not in_class and following.isdigit() and following != "0":
            if int(following) > self.groups:
                raise self._fault("refers back to a group that is not there", start)
            return f"\\{following}", True
        if following.isalnum() or not following:
            raise self._fault(f"has the escape \\{following}, which there is not here", start)
        return self._literal(following, start), True

    def _literal(self, character: str, start: int) -> str:
        if character == "\0" or "\ud800" <= character <= "\udfff":
            raise self._fault("has a character that no text has", start)
        return character if character.isalnum() or ord(character) > 127 else f"\\{character}"

    def _class(self) -> str:
        # class = "[" "^"? (character | range | escape)+ "]"
        start = self.at
        self.at += 1
        found = ["["]
        if self.pattern.startswith("^", self.at):
            self.at += 1
            found.append("^")
        members = 0
        while not self.pattern.startswith("]", self.at):
            if self.at >= len(self.pattern):
                raise self._fault("has a class that is not closed", start)
            found.append(self._member())
            members += 1
        if not members:
            raise self._fault("has an empty class", start)
        self.at += 1
        return "".join([*found, "]"])

    def _member(self) -> str:
        here = self.pattern[self.at]
        if here == "\\":
            return self._escape(in_class=True)[0]
        if here == "[" or self.pattern.startswith("&&", self.at):
            raise self._fault("has a class inside of a class", self.at)
        self.at += 1
        return here

    def _fault(self, problem: str, at: int) -> MalformedPattern:
        return MalformedPattern(problem, at + 1)
