"""A number that a patient may need must be one that a phone can call."""

import pytest

from tracking.rules.crisis import Contact, contacts_of


@pytest.mark.parametrize(
    ("line", "label", "phone"),
    [
        ("Samaritans, 116 123, day and night", "Samaritans, day and night", "116 123"),
        ("Emergency number: 112", "Emergency number", "112"),
        ("Crisis line of the clinic: +49 30 123-456, from 8:00 to 22:00",
         "Crisis line of the clinic, from 8:00 to 22:00", "+49 30 123-456"),
        ("Night clinic, Harbour Street 4, always open", "Night clinic, Harbour Street 4, always open", ""),
    ],
)  # fmt: skip
def test_the_number_is_told_from_the_words_around_it(line: str, label: str, phone: str) -> None:
    assert contacts_of(line) == (Contact(label=label, phone=phone),)


def test_one_contact_a_line_and_empty_lines_are_none() -> None:
    assert [contact.phone for contact in contacts_of("A, 112\n\n  \nB, 555 0100\n")] == ["112", "555 0100"]
