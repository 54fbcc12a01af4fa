"""Which of two states of a form is the later one."""

from __future__ import annotations

import uuid

import pytest

from tracking.rules.entry_drafts import KEPT_FOR, Sent, becomes_of

HERE, THERE = uuid.UUID(int=1), uuid.UUID(int=2)


@pytest.mark.parametrize(
    ("sent", "window", "number", "becomes"),
    [
        (Sent(HERE, 1), None, 0, "kept"),
        (
            Sent(HERE, 9, seen=4),
            None,
            0,
            "kept",
        ),  # discarded elsewhere: what is typed here is not lost with it
        (Sent(HERE, 2), HERE, 1, "kept"),
        (Sent(HERE, 5), HERE, 1, "kept"),  # those between were held up
        (Sent(HERE, 1), HERE, 1, "known"),
        (Sent(HERE, 1), HERE, 2, "known"),
        (Sent(HERE, 4, seen=3), THERE, 3, "kept"),
        (Sent(HERE, 9, seen=3), THERE, 3, "kept"),
        (Sent(HERE, 4, seen=3), THERE, 4, "behind"),
        (Sent(HERE, 9, seen=0), THERE, 1, "behind"),
        (Sent(HERE, 9, seen=5), THERE, 4, "behind"),
    ],
)
def test_what_becomes_of_a_state(sent: Sent, window: uuid.UUID | None, number: int, becomes: str) -> None:
    assert becomes_of(sent, window, number) == becomes


def test_a_draft_is_kept_for_a_month() -> None:
    assert KEPT_FOR.days == 30
