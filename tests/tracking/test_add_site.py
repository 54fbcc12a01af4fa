"""The command that begins an empty installation."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from tracking.models import OutboxMail, Site, User
from tracking.vocabulary import Role

pytestmark = pytest.mark.django_db


def add_site(*changes: str) -> None:
    given = [
        "--timezone",
        "Europe/Berlin",
        "--crisis",
        "Crisis line, 0800 111 0 111",
        "--crisis",
        "Desk, 555 0100",
    ]
    person = ["--administrator", "first@example.org", "--administrator-name", "Fiona First"]
    call_command("add_site", "north", "North Clinic", *given, *person, *changes)


def test_a_site_with_its_contacts_and_somebody_who_can_do_the_rest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    add_site()
    assert Site.objects.get().crisis_contacts.splitlines() == [
        "Crisis line, 0800 111 0 111",
        "Desk, 555 0100",
    ]
    user = User.objects.get()
    assert user.roles == {Role.ADMINISTRATOR}
    assert OutboxMail.objects.get().to == "first@example.org"
    assert "first@example.org gets a mail" in capsys.readouterr().out


@pytest.mark.parametrize(("options", "language"), [([], "en"), (["--language", "de-ch"], "de-CH")])
def test_a_site_speaks_a_language(options: list[str], language: str) -> None:
    add_site(*options)
    assert Site.objects.get().language == language


@pytest.mark.parametrize(
    ("option", "value", "where"),
    [
        ("--timezone", "Berlin", "timezone"),
        ("--language", "Deutsch", "language"),
        ("--administrator", "x", "email"),
        ("--administrator-name", " ", "name"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_stored(option: str, value: str, where: str) -> None:
    with pytest.raises(CommandError, match=where):
        add_site(option, value)
    assert not Site.objects.exists()
    assert not User.objects.exists()
