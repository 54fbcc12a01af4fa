"""Patients: enrolment, who they are, consent, and the first day of an episode."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from tracking.models import CareTeam, PatientIdentity, Study, User
from tracking.pages.parts import UNCHOSEN, Dated, Layout, day_field, offer, offer_rows, words_field
from tracking.queries.names import Whose, whose
from tracking.queries.people import own_teams, own_time_zone, time_zones
from tracking.queries.wordings import languages_served
from tracking.rules import protocol as protocols
from tracking.rules.policies.likeness import ANOTHER_PERSON, ASKED_OF, LONGEST_REASON, Alike, key_of
from tracking.vocabulary import ConsentKind, Diagnosis, Sex

BETWEEN = ":"


def language_field() -> forms.ChoiceField:
    return forms.ChoiceField(label=gettext_lazy("Language of questionnaires and mails"), required=False)


def offer_languages(form: forms.Form, *kept: str) -> None:
    """What a patient may be asked in, after the choice to have no language of one's own."""
    offer(form, "language", [("", _("That of the site")), *languages_served(*kept)])


class IdentityForm(Dated):
    """Who a patient is."""

    given_name = forms.CharField(label=gettext_lazy("Given name"), max_length=120)
    family_name = forms.CharField(label=gettext_lazy("Family name"), max_length=120)
    date_of_birth = day_field(gettext_lazy("Date of birth"), required=False)
    record_number = forms.CharField(label=gettext_lazy("Record number"), max_length=60, required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    phone = forms.CharField(label=gettext_lazy("Telephone"), max_length=40, required=False)
    layout: Layout = (("given_name", "family_name"), ("date_of_birth", "record_number"), ("email", "phone"))

    @classmethod
    def initial_of(cls, identity: PatientIdentity | None) -> dict[str, object]:
        return {name: getattr(identity, name) for name in cls.base_fields} if identity else {}


class PatientForm(IdentityForm):
    """Who a patient is, by which clock the patient lives, and in which language the patient is asked."""

    sex = forms.ChoiceField(label=gettext_lazy("Sex"), choices=Sex)
    timezone = forms.ChoiceField(label=gettext_lazy("Time zone of the patient"), choices=time_zones)
    language = language_field()
    layout = (*IdentityForm.layout, ("sex", "timezone", "language"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_languages(self, str(self.initial.get("language", "")))


class EpisodeForm(Dated):
    """Which treatment begins, by which protocol, when."""

    diagnosis = forms.ChoiceField(label=gettext_lazy("Diagnosis"), choices=[UNCHOSEN, *Diagnosis.choices])
    plan = forms.ChoiceField(label=gettext_lazy("Protocol and arm"))
    starts_on = day_field(gettext_lazy("Treatment began on"))
    study = forms.ModelChoiceField(
        label=gettext_lazy("Study"),
        queryset=Study.objects.none(),
        required=False,
        empty_label=pgettext_lazy("study", "None"),
    )
    layout: Layout = (("diagnosis", "plan"), ("starts_on", "study"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "plan", plans())
        offer_rows(self, "study", Study.objects.visible_to(user).order_by("title"))

    def clean(self) -> dict[str, Any]:
        """The plan becomes a protocol and an arm."""
        data = super().clean()
        protocol, __, arm = data.pop("plan", "").partition(BETWEEN)
        return data | {"protocol": protocol, "arm": arm}


class EnrolmentForm(IdentityForm, EpisodeForm):
    """A new patient and the treatment that begins."""

    team = forms.ModelChoiceField(
        label=gettext_lazy("Care team"), queryset=CareTeam.objects.none(), empty_label=None
    )
    sex = forms.ChoiceField(label=gettext_lazy("Sex"), choices=Sex, initial=Sex.UNKNOWN)
    enrolled_on = day_field(gettext_lazy("Enrolled on"))
    timezone = forms.ChoiceField(label=gettext_lazy("Time zone of the patient"), choices=time_zones)
    language = language_field()
    layout = (
        *IdentityForm.layout,
        ("sex", "timezone", "language"),
        ("team", "enrolled_on"),
        *EpisodeForm.layout,
    )
    headings = {
        "given_name": gettext_lazy("Who it is"),
        "team": gettext_lazy("Care"),
        "diagnosis": gettext_lazy("Treatment"),
    }
    field_order = [
        *IdentityForm.base_fields,
        "sex",
        "timezone",
        "language",
        "team",
        "enrolled_on",
        *EpisodeForm.base_fields,
    ]

    another_person = words_field(
        gettext_lazy("Why it is another person"),
        gettext_lazy("Only to enrol all the same. Stays on record."),
        longest=LONGEST_REASON,
        required=False,
    )
    asked_of = forms.CharField(widget=forms.HiddenInput, required=False)
    alike: tuple[Alike, ...] = ()

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        offer_rows(self, "team", own_teams(user))
        offer_languages(self)
        self.fields["timezone"].initial = own_time_zone(user).key
        self._answer = self.fields.pop(ANOTHER_PERSON)
        if self.add_prefix(ANOTHER_PERSON) in self.data:
            self.fields[ANOTHER_PERSON] = self._answer

    def ask(self, found: tuple[Alike, ...]) -> None:
        """Shows who may be the same person, and the field that says why it is another. It stands in the form from when
        it was asked."""
        self.alike = found
        self.fields[ANOTHER_PERSON] = self._answer
        self.data = dict(self.data.items()) | {self.add_prefix(ASKED_OF): key_of(found)}

    @property
    def known(self) -> list[tuple[Whose, tuple[str, ...]]]:
        """Whose records the reader may open, with why."""
        return [(whose(one.patient), one.reasons) for one in self.alike if one.visible]

    @property
    def elsewhere(self) -> list[tuple[str, ...]]:
        """Why somebody of another team may be the same, without whom."""
        return sorted({one.reasons for one in self.alike if not one.visible})

    def clean(self) -> dict[str, Any]:
        """The identity becomes one value."""
        data = super().clean()
        return data | {"identity": {name: data.pop(name, None) for name in IdentityForm.base_fields}}


class ConsentForm(Dated):
    """What the patient said about research."""

    kind = forms.ChoiceField(
        label=gettext_lazy("The patient"),
        choices=[
            (ConsentKind.GIVEN, gettext_lazy("consents to research")),
            (ConsentKind.WITHDRAWN, gettext_lazy("withdraws the consent to research")),
        ],
        widget=forms.RadioSelect,
    )
    stated_on = day_field(pgettext_lazy("day", "On"))


def plans() -> list[tuple[str, object]]:
    """Every arm of every protocol, grouped by protocol, after the choice to follow none."""
    return [
        UNCHOSEN,
        (BETWEEN, _("No protocol")),
        *(
            (
                _(protocol.title),
                [(f"{protocol.key}{BETWEEN}{arm.key}", _(arm.title)) for arm in protocol.arms],
            )
            for protocol in protocols.all_protocols()
        ),
    ]
