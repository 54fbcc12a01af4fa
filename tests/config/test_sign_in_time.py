"""Signing in takes as long whether there is such an account or not: a password is hashed once, whatever is found."""

from __future__ import annotations

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client
from django.urls import reverse

from tracking.actions import people

pytestmark = pytest.mark.django_db
PASSWORD = "eleven grey herons"


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each time that a password was hashed, to be stored or compared."""
    done: list[str] = []
    for name in ("encode", "verify"):
        usual = getattr(Argon2PasswordHasher, name)

        def noted(*given: object, usual=usual, name=name) -> object:
            done.append(name)
            return usual(*given)

        monkeypatch.setattr(Argon2PasswordHasher, name, noted)
    return done


@pytest.fixture(autouse=True)
def accounts(db: None) -> None:
    people.create_user(by=None, email="mona@example.org", name="Mona", password=PASSWORD)
    people.create_user(by=None, email="invited@example.org", name="Ivo")
    gone = people.create_user(by=None, email="gone@example.org", name="Greta", password=PASSWORD)
    people.set_active(by=None, user=gone, is_active=False)


@pytest.mark.parametrize("name", ["mona", "invited", "gone", "nobody"])
def test_a_wrong_password_is_hashed_once(client: Client, hashed: list[str], name: str) -> None:
    hashed.clear()
    page = client.post(
        reverse("account_login"), {"login": f"{name}@example.org", "password": "a guess of twelve"}
    )
    assert page.status_code == 200
    assert len(hashed) == 1


def test_what_is_refused_is_refused_alike_and_not_hashed(client: Client, hashed: list[str]) -> None:
    told = set()
    for name in ("mona", "nobody"):
        for _ in range(6):
            hashed.clear()
            given = {"login": f"{name}@example.org", "password": "a guess of twelve"}
            page = client.post(reverse("account_login"), given).content.decode()
        assert hashed == []
        told.add(page.partition('class="errorlist')[2][:400].replace(name, ""))
        assert "Too many failed attempts" in page
    assert len(told) == 1
