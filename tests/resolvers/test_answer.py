"""Where an answer is finished: a large one in a thread, a small one at once."""

import threading

from resolvers.answer import _LARGE, _off_the_loop


def _thread() -> dict[str, object]:
    return {"thread": threading.get_ident()}


async def test_a_large_answer_is_finished_while_others_are_served() -> None:
    columns = [b"x" * (_LARGE // 2), None, b"x" * (_LARGE // 2)]
    assert await _off_the_loop(columns, _thread) != _thread()


async def test_a_small_answer_is_finished_at_once() -> None:
    columns = [b"x" * (_LARGE - 1), None]
    assert await _off_the_loop(columns, _thread) == _thread()
