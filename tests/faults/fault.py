"""A fault as it is planted: what is right, what is wrong about it, and who should notice."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """A passage that stands once in a file, what replaces it, and tests that all must turn red."""

    name: str
    file: str
    right: str
    wrong: str
    tests: tuple[str, ...]
