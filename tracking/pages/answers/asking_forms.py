"""Forms to ask for a questionnaire and to make a link for the patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from measures.instrument import Instrument
from measures.words.phrases import listed
from tracking.models import AssessmentRequest, User
from tracking.pages.parts import day_field, offer, offer_rows
from tracking.rules.languages import sitting_in_words
from tracking.rules.policies.instruments import instrument_of


class NamedField(forms.ModelChoiceField):  # type: ignore[type-arg]  # takes no argument at run time
    def label_from_instance(self, obj: User) -> str:
        return obj.name


class AskForm(forms.Form):
    """Which instrument, when, and for a rating: by whom."""

    instrument = forms.ChoiceField(label=gettext_lazy("What"))
    due_on = day_field(gettext_lazy("Due on"))
    closes_on = day_field(
        gettext_lazy("Can be answered until"), gettext_lazy("A week later when left empty."), required=False
    )
    assigned_to = NamedField(
        label=gettext_lazy("Assigned to"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("Anybody of the team"),
        help_text=gettext_lazy(
            "For a rating by an independent rater, who then sees a study code and the scale, nothing else."
        ),
    )
    blinded = forms.BooleanField(
        label=gettext_lazy("Blinded: nobody of the treating team rates"),
        required=False,
        help_text=gettext_lazy("It goes to the rater named above, or to one who is available."),
    )

    def __init__(
        self, *args: Any, instruments: Sequence[Instrument], raters: QuerySet[User], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        groups = ((_("Answered by the patient"), "self"), (_("Rated by a clinician"), "clinician"))
        offer(
            self,
            "instrument",
            [
                (group, [(one.key, one.short_title) for one in instruments if one.rater == rater])
                for group, rater in groups
            ],
        )
        offer_rows(self, "assigned_to", raters)

    def clean(self) -> dict[str, Any]:
        """A window that was left open is not passed on: the action has its own."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


class RequestsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # takes no argument at run time
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: AssessmentRequest) -> str:
        instrument = instrument_of(obj.instrument, obj.version)
        return _("{instrument}, about {n} min, until {day}").format(
            instrument=instrument.short_title,
            n=instrument.minutes,
            day=date_format(obj.closes_on, "MONTH_DAY_FORMAT"),
        )


class LinkForm(forms.Form):
    """Which of the open questionnaires the link asks for, and whether it is mailed."""

    requests = RequestsField(
        label=gettext_lazy("Questionnaires"),
        queryset=AssessmentRequest.objects.none(),
        to_field_name="public_id",
        error_messages={"required": gettext_lazy("Choose at least one.")},
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the sitting"),
        required=False,
        help_text=gettext_lazy("Of the questions, of the pages around them, and of the mail: always one."),
    )
    mail = forms.BooleanField(
        required=False,
        label=gettext_lazy("Also mail it to the patient"),
        help_text=gettext_lazy("The mail says that some questions are waiting, and nothing about health."),
    )

    def __init__(
        self,
        *args: Any,
        requests: QuerySet[AssessmentRequest],
        languages: Mapping[str, Sequence[AssessmentRequest]],
        wanted: str,
        can_mail: bool,
        **kwargs: Any,
    ) -> None:
        """``languages``: what can be answered in each; ``wanted``: the patient's own."""
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        offer_rows(self, "requests", requests)
        offer(self, "language", [(code, _spoken(code, asked)) for code, asked in languages.items()])
        self.initial.setdefault("language", wanted if wanted in languages else next(iter(languages), ""))
        worded = languages.get(self.initial["language"], ())
        self.initial.setdefault("requests", [one.public_id for one in worded])
        if not can_mail:
            del self.fields["mail"]


def _spoken(code: str, asked: Sequence[AssessmentRequest]) -> str:
    titles = listed(dict.fromkeys(instrument_of(one.instrument, one.version).short_title for one in asked))
    return f"{sitting_in_words(code)}: {titles}"
