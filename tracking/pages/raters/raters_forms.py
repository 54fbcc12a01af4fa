"""Who rates blind, when somebody is available, and how a treatment became known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from tracking.actions.availability import MOST_A_WEEK
from tracking.models import User
from tracking.pages.moments import moment_field
from tracking.pages.parts import Dated, Rowed, day_field, offer, words_field
from tracking.queries.raters import Choice
from tracking.rules.policies.rating import LONGEST_REASON

DECISIONS = [
    ("approve", gettext_lazy("Tell the rater, who rates this patient no more")),
    ("refuse", gettext_lazy("Do not tell; the rater goes on")),
]


class AvailabilityForm(Dated):
    """From when to when, and how much."""

    starts_on = day_field(pgettext_lazy("a day", "From"), future=True)
    ends_on = day_field(pgettext_lazy("a day", "To"), required=False, future=True)
    per_week = forms.IntegerField(
        label=gettext_lazy("Ratings a week"),
        min_value=1,
        max_value=MOST_A_WEEK,
        initial=5,
        help_text=pgettext_lazy("ratings a week", "At most."),
    )
    layout = (("starts_on", "ends_on"),)


class EndAvailabilityForm(Rowed):
    """Which of the own availabilities, by its first day."""

    starts_on = day_field(pgettext_lazy("a day", "From"), future=True)


class RaterForm(Rowed):
    """Which rater; nobody named means whoever is available and has least to do."""

    rater = forms.ChoiceField(label=gettext_lazy("Rater"), required=False)
    reason = words_field(
        gettext_lazy("Reason"),
        gettext_lazy(
            "Needed where somebody of the treating team rates all the same. It is kept with the rating."
        ),
        longest=LONGEST_REASON,
        required=False,
    )

    def __init__(self, *args: Any, choices: Sequence[Choice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(one.user.public_id): one.user for one in choices}
        groups = [
            (_("Independent raters"), [_option(one) for one in choices if not one.treats]),
            (_("The treating team: say why"), [_option(one) for one in choices if one.treats]),
        ]
        nobody = ("", _("Whoever is available and has least to do"))
        offer(self, "rater", [nobody, *(group for group in groups if group[1])])

    def clean_rater(self) -> User | None:
        return self.people.get(self.cleaned_data["rater"])


def _option(one: Choice) -> tuple[str, str]:
    return str(one.user.public_id), _load(one)


def _load(one: Choice) -> str:
    if one.candidate is None:
        return _("{name}: has not said to be available then").format(name=one.user.name)
    return _("{name}: {taken} of {per_week} that week").format(
        name=one.user.name, taken=one.candidate.taken, per_week=one.candidate.per_week
    )


class CallForm(Rowed):
    """The time that was agreed with the patient."""

    agreed_for = moment_field(
        gettext_lazy("Agreed for"),
        gettext_lazy("By the patient's clock. The rater is told this time, and nothing else."),
    )


class LearntForm(Rowed):
    """A rater has come to know the treatment of somebody."""

    study_code = forms.CharField(label=gettext_lazy("Study code"), max_length=12)
    reason = words_field(
        gettext_lazy("How did it come about?"),
        gettext_lazy("Do not write down which treatment it is."),
        longest=LONGEST_REASON,
    )


class AskUnblindingForm(Rowed):
    """Which rater should be told, and why."""

    rater = forms.ChoiceField(label=gettext_lazy("Rater"))
    reason = words_field(
        gettext_lazy("Why?"),
        gettext_lazy("What the rater has to know it for, or how it became known."),
        longest=LONGEST_REASON,
    )

    def __init__(self, *args: Any, raters: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(user.public_id): user for user in raters}
        offer(self, "rater", [(key, user.name) for key, user in self.people.items()])

    def clean_rater(self) -> User:
        return self.people[self.cleaned_data["rater"]]


class DecideUnblindingForm(Rowed):
    """Told or not, with a note."""

    decision = forms.ChoiceField(label=gettext_lazy("Decision"), choices=DECISIONS, widget=forms.RadioSelect)
    note = words_field(gettext_lazy("Note"), longest=LONGEST_REASON, required=False)

    def clean(self) -> dict[str, Any]:
        return {
            "approve": self.cleaned_data.get("decision") == "approve",
            "note": self.cleaned_data.get("note", ""),
        }
