"""The core speaks the language of whoever reads, not that of the moment in which something was found."""

from __future__ import annotations

from gettext import NullTranslations
from typing import ClassVar

import pytest

from measures import language
from reports.stats.course import flags
from reports.stats.flags import flag_words
from tests.reports.stats.test_course import HAMD, WORSE, series


def test_a_flag_is_said_in_the_language_of_the_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in that of the moment in which it was raised."""
    found = flags(series("0:24 56:6 80:7 120:15.5"), HAMD, WORSE, 0)[0]
    monkeypatch.setattr(language, "_voice", German())
    assert found.sentence("HAM-D") == (
        "HAM-D 15,5 an Tag 120, nach Remission seit Tag 56: erster Wert von 15 oder mehr."
    )
    assert flag_words(found.kind) == "Rückfall vermutet"


class German(NullTranslations):
    """Speaks the few words of one flag."""

    known: ClassVar[dict[str, str]] = {
        "{scale} {scores}, after remission from day {day}: {rule}.": (
            "{scale} {scores}, nach Remission seit Tag {day}: {rule}."
        ),
        "{score} on day {day}": "{score} an Tag {day}",
        "first score at or above {threshold}": "erster Wert von {threshold} oder mehr",
        "relapse suspected": "Rückfall vermutet",
    }

    def gettext(self, message: str) -> str:
        return self.known.get(message, message)

    def pgettext(self, context: str, message: str) -> str:
        return "," if context == "decimal mark" else message
