"""What is kept of what was asked for: bounded in number and in bytes."""

from schema.execution.recent import Recent


def test_what_was_not_asked_for_the_longest_is_forgotten() -> None:
    recent: Recent[str, int] = Recent(2)
    recent.put("a", 1)
    recent.put("b", 2)
    assert recent.get("a") == 1
    recent.put("c", 3)
    assert [recent.get(key) for key in "abc"] == [1, None, 3]


def test_bytes_are_bounded_too() -> None:
    recent: Recent[str, int] = Recent(100, 10)
    recent.put("a", 1, 4)
    recent.put("b", 2, 4)
    recent.put("c", 3, 5)
    assert [recent.get(key) for key in "abc"] == [None, 2, 3]


def test_a_value_that_takes_the_place_of_another_gives_back_its_bytes() -> None:
    recent: Recent[str, int] = Recent(100, 10)
    for number in range(50):
        recent.put("a", number, 5)
    recent.put("b", 2, 5)
    assert (recent.get("a"), recent.get("b")) == (49, 2)


def test_what_would_push_out_everything_else_is_not_kept() -> None:
    recent: Recent[str, int] = Recent(100, 10)
    recent.put("a", 1, 1)
    recent.put("b", 2, 6)
    assert (recent.get("a"), recent.get("b"), len(recent)) == (1, None, 1)


def test_as_many_stay_as_there_is_room_for() -> None:
    recent: Recent[int, int] = Recent(1_000, 1_000)
    for number in range(500):
        recent.put(number, number, number % 7 * 20)
    held = [number for number in range(500) if recent.get(number) is not None]
    assert held == list(range(held[0], 500))
    assert sum(number % 7 * 20 for number in held) <= 1_000
    assert sum(number % 7 * 20 for number in (held[0] - 1, *held)) > 1_000
