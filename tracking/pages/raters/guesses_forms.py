"""The short form that follows a blinded rating."""

from __future__ import annotations

from typing import Any

from tracking.pages.answers.answers_forms import NOT_AN_ANSWER, AnswersForm, field_name


class GuessForm(AnswersForm):
    """A guess, or "I do not know", which is one click. Without either nothing is recorded."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for item in self.gaps:
            if field_name(item) not in self.errors:
                self.add_error(field_name(item), NOT_AN_ANSWER)
        return cleaned
