"""One outsider shuts nobody out: what somebody at one address tries is counted against that address and that account.

A real gunicorn behind a real proxy, whose visitors come from addresses of their own (``127.0.…``, all on this machine).
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.flows.outside import STAFF, Door, Visitor, clinic_behind_a_proxy
from tracking.actions import tries

pytestmark = [pytest.mark.slow, pytest.mark.embedded]
TOO_MANY = "Too many failed attempts"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def door(request: pytest.FixtureRequest) -> Iterator[Door]:
    with clinic_behind_a_proxy(request.param) as found:
        yield found


def tried(visitor: Visitor, names: int, **headers: str) -> None:
    for number in range(names):
        assert not visitor.sign_in(f"invented.{number}@example.org", "a guess of twelve", **headers)


def test_invented_tokens_do_not_close_the_door_to_a_link(door: Door) -> None:
    outsider = door.visitor("127.0.1.1")
    said = [outsider.get(f"/s/{number:043d}/")[0] for number in range(35)]
    assert said == [404] * 30 + [429] * 5
    assert door.visitor("127.0.1.2").get(f"/s/{door.link}/")[0] == 200  # a patient at home
    assert outsider.get(f"/s/{door.link}/")[0] == 200  # a patient in the network of the outsider


def test_invented_names_do_not_close_the_door_to_staff(door: Door) -> None:
    outsider = door.visitor("127.0.2.1")
    tried(outsider, 24)
    assert door.visitor("127.0.2.2").sign_in(1)
    assert door.visitor("127.0.2.1").sign_in(2)  # at the very address of the outsider


def test_an_address_that_is_made_up_is_no_other_address(door: Door) -> None:
    outsider = door.visitor("127.0.3.1")
    said = [outsider.get(f"/s/{n:042d}x/", **{"X-Forwarded-For": f"198.51.100.{n}"})[0] for n in range(35)]
    assert said == [404] * 30 + [429] * 5
    guesses = [
        outsider.sign_in(3, "a guess of twelve", **{"X-Forwarded-For": f"198.51.100.{n}"}) for n in range(6)
    ]
    assert not any(guesses) and TOO_MANY in outsider.said
    # nor can it be pinned on somebody else
    for _ in range(8):
        outsider.sign_in(4, "a guess of twelve", **{"X-Forwarded-For": "127.0.3.9"})
    assert door.visitor("127.0.3.9").sign_in(4)


def test_the_api_counts_by_the_same_address(door: Door) -> None:
    outsider = door.visitor("127.0.4.1")
    wrong = [
        outsider.get(
            "/api/v1/patients/", Authorization=f"Token {n:064x}", **{"X-Forwarded-For": f"198.51.100.{n}"}
        )
        for n in range(35)
    ]
    assert [status for status, _ in wrong] == [401] * 30 + [429] * 5
    right = {"Authorization": f"Token {door.api}"}
    assert outsider.get("/api/v1/patients/", **right)[0] == 200
    assert door.visitor("127.0.4.2").get("/api/v1/patients/", **right)[0] == 200
    assert door.visitor("127.0.4.2").get("/api/v1/patients/")[0] == 401


def test_a_clinic_behind_one_address_starts_its_day(door: Door) -> None:
    """All of its staff within a minute, eight at a time, and every second mistypes the password first."""

    def arrives(number: int) -> bool:
        visitor = door.visitor("127.0.5.1")
        if number % 2:
            assert not visitor.sign_in(number, "eleven gray herons")
        return visitor.sign_in(number)

    with ThreadPoolExecutor(8) as people:
        assert list(people.map(arrives, range(4, STAFF))) == [True] * 40


def test_many_guesses_at_once_do_not_slip_through(door: Door) -> None:
    def guess(number: int) -> bool:
        guesser = door.visitor("127.0.10.1")
        assert not guesser.sign_in(25, f"guess number {number}")
        return TOO_MANY in guesser.said

    with ThreadPoolExecutor(8) as guessers:
        assert sum(guessers.map(guess, range(16))) == 16 - tries.SIGN_IN_ALLOWED


def test_a_guesser_with_many_addresses_does_not_lock_the_owner_out(door: Door) -> None:
    owner, other = door.visitor("127.0.6.200"), door.visitor("127.0.6.201")
    assert owner.sign_in(20)
    for place in range(1, 7):
        guesser = door.visitor(f"127.0.6.{place}")
        for guess in range(4):
            assert not guesser.sign_in(20, f"guess number {guess}")
    assert not door.visitor("127.0.6.99").sign_in(
        20
    )  # no new address is let in while it goes on, right or wrong
    assert owner.sign_in(20)  # a browser that has been in before is
    assert other.sign_in(21)  # and everybody else
    at_another_place = Visitor(door.port, "127.0.6.202", dict(owner.cookies), is_in=True)
    assert at_another_place.sign_in(20)


def test_whoever_reads_the_mail_of_an_account_gets_back_in(door: Door) -> None:
    """A guesser at work, and an owner at a new browser: a new password by mail opens this browser."""
    for place in range(1, 7):
        for guess in range(4):
            door.visitor(f"127.0.7.{place}").sign_in(22, f"guess number {guess}")
    owner = door.visitor("127.0.7.99")
    assert not owner.sign_in(22) and TOO_MANY in owner.said
    owner.choose_a_new_password(door.reset_link(22), "twelve brown otters")
    assert owner.sign_in(22, "twelve brown otters")


def test_a_stolen_cookie_gives_no_more_guesses(door: Door) -> None:
    owner = door.visitor("127.0.8.1")
    assert owner.sign_in(23)
    thief = Visitor(door.port, "127.0.8.2", dict(owner.cookies), is_in=True)
    assert not any(thief.sign_in(23, "a guess of twelve") for _ in range(5))
    assert not thief.sign_in(23) and TOO_MANY in thief.said
    assert not thief.sign_in(24, "a guess of twelve") and TOO_MANY not in thief.said


def test_a_name_that_is_known_takes_as_long_as_one_that_is_not(door: Door) -> None:
    def seconds(name: int | str, place: int) -> float:
        visitor = door.visitor(f"127.0.9.{place}")
        began = time.perf_counter()
        assert not visitor.sign_in(name, "a guess of twelve")
        return time.perf_counter() - began

    known = statistics.median(seconds(30 + n % 3, n + 1) for n in range(9))
    unknown = statistics.median(seconds(f"nobody{n}@example.org", n + 1) for n in range(9))
    assert 0.5 < known / unknown < 2, (known, unknown)
