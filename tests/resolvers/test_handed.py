"""What is handed on as it came stays text, and what is around it is read."""

import orjson

from resolvers.handed import column

_TEXT = b"""{"t":"7","graph":{"nodes":
[{"id":"E1","name":"two\\nlines","f":1e+20}]
,"roots":1,"edges":
[]
,"refused":false}}"""


def test_lists_on_lines_of_their_own_keep_their_bytes() -> None:
    read = column(_TEXT)
    assert orjson.dumps(read) == _TEXT.replace(b"\n", b"")


def test_lists_that_stand_among_the_rest_are_read() -> None:
    empty = b'{"t":"7","graph":{"nodes":[],"roots":0,"refused":false}}'
    assert column(empty) == {"t": "7", "graph": {"nodes": [], "roots": 0, "refused": False}}
