"""Forms of the end of a treatment and of a death. What is not open is not asked about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.models import CourseFlag
from tracking.pages.parts import Dated, Rowed, day_field, words_field
from tracking.pages.writing import as_sentence
from tracking.queries.endings import OpenThings
from tracking.rules.policies.endings import UNSETTLED
from tracking.rules.policies.rating import LONGEST_REASON
from tracking.vocabulary import EndReason

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    Choices = list[tuple[str, StrOrPromise]]


def kept_or_not(keep: StrOrPromise, end: StrOrPromise) -> Choices:
    """What stays or goes. The first is chosen at first where the field says nothing else."""
    return [("keep", keep), ("end", end)]


def choice_field(choices: Choices, initial: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext_lazy("What becomes of them"), choices=choices, initial=initial, widget=forms.RadioSelect
    )


class SeenForm(Dated):
    """The part of both forms about what no end closes: why it is left open, and what of it was on the page."""

    open_reason = words_field(
        gettext_lazy("Why does it end with this open?"),
        gettext_lazy("Kept with the end of the treatment. Nothing of it is closed by this."),
        longest=LONGEST_REASON,
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, found: OpenThings, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = " ".join(sorted(str(one) for one in found.unsettled))
        self.fields["open_reason"].error_messages["required"] = as_sentence(_(UNSETTLED))
        if not found.unsettled:
            del self.fields["open_reason"]

    def clean_seen(self) -> frozenset[UUID]:
        """What the page showed; a word that is no id is none of it."""
        found = []
        for word in self.cleaned_data["seen"].split():
            try:
                found.append(UUID(word))
            except ValueError:
                continue
        return frozenset(found)


class EndForm(SeenForm):
    """How and when a treatment ends, and what becomes of what is open in it."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why it ends"),
        choices=EndReason.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "After a death everything that is asked of the person ends, whatever is chosen below."
        ),
    )
    ends_on = day_field(gettext_lazy("Last day"), gettext_lazy("After a death: the day of death."))
    flags = choice_field(
        kept_or_not(gettext_lazy("Leave them open"), gettext_lazy("Close them with this reason")),
        "keep",
    )
    tapers = choice_field(
        kept_or_not(
            gettext_lazy("Leave the plan: the taper goes on"),
            gettext_lazy("Drop the steps that are still to be taken"),
        ),
        "keep",
    )
    due = choice_field(
        kept_or_not(
            gettext_lazy("Leave them: each can be answered until its window closes"),
            gettext_lazy("Cancel them"),
        ),
        "end",
    )
    follow_ups = choice_field(
        kept_or_not(gettext_lazy("Leave them due: they are asked as planned"), gettext_lazy("Cancel them")),
        "keep",
    )

    def __init__(self, *args: Any, found: OpenThings, flags: Sequence[CourseFlag], **kwargs: Any) -> None:
        super().__init__(*args, found=found, **kwargs)
        there = {"flags": flags, "tapers": found.tapers, "due": found.due, "follow_ups": found.follow_ups}
        for name in [name for name, rows in there.items() if not rows]:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """The choices become what the action is told; what the page did not ask about stays as it is by itself."""
        data = super().clean()
        told = {"close_flags": "flags", "drop_plans": "tapers", "cancel_follow_ups": "follow_ups"}
        ends = {argument: data.pop(name, "keep") == "end" for argument, name in told.items()}
        cancel_due = data.pop("due", "end") == "end"
        return data | ends | {"cancel_due": cancel_due}


class DeathForm(SeenForm):
    """The day of a death."""

    died_on = day_field(gettext_lazy("Day of death"))
    field_order = ["died_on"]


class MistakeForm(Rowed):
    """Why a death was none."""

    reason = words_field(
        gettext_lazy("How did the mistake come about?"),
        gettext_lazy("The record stays readable, crossed out, with your name and this reason."),
        longest=LONGEST_REASON,
    )
