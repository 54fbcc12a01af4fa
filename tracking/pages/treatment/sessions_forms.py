"""Sessions, doses and medication."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from tracking.models import CareTeam, TreatmentEpisode, TreatmentSession
from tracking.pages.moments import moment_field
from tracking.pages.parts import (
    UNCHOSEN,
    Dated,
    Layout,
    amount_field,
    day_field,
    offer_rows,
    words_field,
)
from tracking.pages.treatment.asking import AskedForm
from tracking.queries.treatment import dosing_sessions, team_members
from tracking.rules.policies.treatment import LONGEST_NOTE
from tracking.vocabulary import (
    Attendance,
    DosePart,
    DoseStep,
    DoseUnit,
    PresenceRole,
    Route,
    SessionKind,
    StopReason,
)

PRESENCE = {f"present_{role}": role for role in PresenceRole}  # the field of each role in a room


def offer_presence(form: forms.Form, team: CareTeam) -> None:
    """Lets a form ask who of the team was in the room, by role."""
    members = team_members(team)
    for name, role in PRESENCE.items():
        form.fields[name] = forms.ModelChoiceField(
            label=role.label, queryset=members, required=False, empty_label=_("Nobody")
        )


def with_presence(data: dict[str, Any]) -> dict[str, Any]:
    """The people of these fields as one value: who, and as what."""
    chosen = [(data.pop(name, None), role) for name, role in PRESENCE.items()]
    return data | {"people_present": [(user, role) for user, role in chosen if user]}


class SessionOption(forms.ModelChoiceField):  # type: ignore[type-arg]  # takes no argument at run time
    def label_from_instance(self, session: TreatmentSession) -> str:
        day = date_format(timezone.localtime(session.starts_at), "DATE_FORMAT")
        return _("Dosing session of {day}").format(day=day)


class SessionForm(Dated):
    """One session, with the people who were in the room."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind of session"), choices=[UNCHOSEN, *SessionKind.choices])
    attendance = forms.ChoiceField(label=gettext_lazy("Did it take place?"), choices=Attendance)
    starts_at = moment_field(gettext_lazy("Began at (local time)"))
    minutes = forms.IntegerField(
        label=gettext_lazy("Length in minutes"), required=False, min_value=1, max_value=1440
    )
    integrates = SessionOption(
        label=gettext_lazy("Which dosing session is integrated?"),
        help_text=gettext_lazy("Of an integration session alone, whether it was held, missed or cancelled."),
        queryset=TreatmentSession.objects.none(),
        required=False,
        empty_label=pgettext_lazy("no dosing session", "None"),
    )
    note = words_field(
        gettext_lazy("Note"),
        gettext_lazy("Never part of a release."),
        longest=LONGEST_NOTE,
        required=False,
        lines=4,
    )
    layout = (
        ("kind", "attendance"),
        ("starts_at", "minutes"),
        tuple(PRESENCE)[:3],
        tuple(PRESENCE)[3:],
    )

    def __init__(self, *args: Any, episode: TreatmentEpisode, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "integrates", dosing_sessions(episode))
        offer_presence(self, episode.patient.team)
        self.order_fields([*self.fields][:5] + [*PRESENCE, "note"])

    def clean(self) -> dict[str, Any]:
        """The people become one value: who, and as what. A dosing session is proposed whatever the kind; only an
        integration session keeps it."""
        data = super().clean()
        if data.get("kind") != SessionKind.INTEGRATION:
            data["integrates"] = None
        return with_presence(data)


class DoseForm(AskedForm):
    """What was given in a dosing session."""

    part = forms.ChoiceField(label=gettext_lazy("Which dose"), choices=DosePart)
    substance = forms.CharField(label=gettext_lazy("Substance (generic name)"), max_length=60)
    amount = amount_field(gettext_lazy("Amount"))
    unit = forms.ChoiceField(label=gettext_lazy("Unit"), choices=DoseUnit)
    route = forms.ChoiceField(label=gettext_lazy("Route"), choices=Route)
    given_at = moment_field(gettext_lazy("Given at (local time)"))
    washout_reason = words_field(
        gettext_lazy("Why is it given all the same?"),
        gettext_lazy("Goes on the run-sheet with your name, beside the washout check."),
        longest=1000,
        required=False,
        lines=2,
    )
    layout: Layout = (("substance", "part"), ("amount", "unit", "route"))

    def __init__(self, *args: Any, past_washout: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if past_washout:
            self.fields["washout_reason"].required = True
        else:
            del self.fields["washout_reason"]


class MedicationForm(AskedForm):
    """The start of a medication."""

    substance = forms.CharField(label=gettext_lazy("Substance (generic name)"), max_length=60)
    started_on = day_field(gettext_lazy("First day"))
    amount_per_day = amount_field(gettext_lazy("Amount a day"))
    unit = forms.ChoiceField(label=gettext_lazy("Unit"), choices=DoseUnit)
    route = forms.ChoiceField(label=gettext_lazy("Route"), choices=Route)
    is_study_drug = forms.BooleanField(label=gettext_lazy("Given as part of the study"), required=False)
    layout = (("substance", "started_on"), ("amount_per_day", "unit", "route"))


class DoseChangeForm(AskedForm):
    """The next step of a medication: another dose, or one step down on the way out."""

    step = forms.ChoiceField(
        label=gettext_lazy("Step"),
        choices=[
            (DoseStep.CHANGE, gettext_lazy("Another dose")),
            (DoseStep.TAPER, gettext_lazy("Taper: one step down")),
        ],
    )
    changed_on = day_field(gettext_lazy("From this day on"))
    amount_per_day = amount_field(gettext_lazy("Amount a day"))
    is_liquid = forms.BooleanField(label=gettext_lazy("Taken as a liquid"), required=False)
    layout = (("amount_per_day", "changed_on"),)

    def __init__(self, *args: Any, unit: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount_per_day"].label = _("Amount a day, in {unit}").format(unit=unit)


class StopForm(Dated):
    """The end of a medication."""

    stopped_on = day_field(gettext_lazy("First day without it"))
    reason = forms.ChoiceField(
        label=gettext_lazy("Why was it stopped?"), choices=[UNCHOSEN, *StopReason.choices]
    )
    layout = (("stopped_on", "reason"),)
