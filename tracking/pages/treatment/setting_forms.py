"""Forms of rooms, and of the setting of one session."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from measures import registry
from measures.instrument import Instrument
from tracking.models import SettingTemplate, Site, User
from tracking.pages.answers.answers_forms import AnswersForm, Row
from tracking.pages.parts import change_reason_field, offer, offer_rows
from tracking.queries.assessments import in_words
from tracking.queries.setting import sites_of
from tracking.rules import protocol as protocols
from tracking.rules.setting import BEFORE_THE_DOSE, INSTRUMENT, Answers, items_of_room, said_by_room


@dataclass(frozen=True, slots=True)
class FormPart:
    """The rows below one heading. ``is_open``: shown unfolded."""

    title: str
    rows: tuple[Row, ...]
    answered: int
    differing: int
    is_open: bool


class PartedForm(AnswersForm):
    """Answers below the headings of their instrument, which can be folded."""

    open_parts: frozenset[str] = frozenset()

    def parts(self) -> list[FormPart]:
        rows = self.rows()
        return [
            self._part(title, tuple(row for row in rows if row.item.section == title))
            for title in dict.fromkeys(row.item.section for row in rows)
        ]

    def _part(self, title: str, rows: tuple[Row, ...]) -> FormPart:
        said = self.said
        return FormPart(
            title=title,
            rows=rows,
            answered=sum(said.get(row.item.code) is not None for row in rows),
            differing=sum(row.differs for row in rows),
            is_open=title in self.open_parts or any(row.field.errors for row in rows),
        )

    @property
    def said(self) -> Answers:
        """The answers that stand on the page."""
        return self.given | self.answers if self.is_bound and hasattr(self, "cleaned_data") else self.given


class RoomForm(PartedForm):
    """What is the same every time in a room."""

    protocol = forms.ChoiceField(
        label=gettext_lazy("For which protocol"),
        required=False,
        help_text=gettext_lazy("A room that differs by protocol is best kept once for each."),
    )

    def __init__(self, *args: Any, template: SettingTemplate | None = None, **kwargs: Any) -> None:
        instrument = registry.get(INSTRUMENT)
        given = said_by_room(instrument, template.answers) if template else {}
        super().__init__(
            *args, instrument=instrument, items=items_of_room(instrument), answers=given, **kwargs
        )
        self.open_parts = frozenset([self.items[0].section])
        titles = sorted((_(one.title), one.key) for one in protocols.all_protocols())
        offer(self, "protocol", [("", _("Any")), *((key, title) for title, key in titles)])
        self.initial["protocol"] = template.protocol if template else ""


class NewRoomForm(RoomForm):
    """A room with its name and site."""

    name = forms.CharField(label=gettext_lazy("Name of the room"), max_length=80)
    site = forms.ModelChoiceField(label=gettext_lazy("Site"), queryset=Site.objects.none(), empty_label=None)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "site", sites_of(by))


class SessionSettingForm(PartedForm):
    """The setting of one session, filled in with what its room says."""

    submission_id = forms.UUIDField(widget=forms.HiddenInput)
    room = forms.UUIDField(required=False, widget=forms.HiddenInput)
    reason = change_reason_field()
    open_parts = frozenset([BEFORE_THE_DOSE])

    def __init__(
        self, *args: Any, instrument: Instrument, usual: Answers, correcting: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, instrument=instrument, **kwargs)
        self.usual = said_by_room(instrument, usual)
        if not correcting:
            del self.fields["reason"]

    def rows(self) -> list[Row]:
        said = self.said
        return [
            replace(
                row,
                usual=in_words(row.item, self.usual.get(row.item.code)) or "",
                differs=row.item.code in self.usual
                and said.get(row.item.code) not in (None, self.usual[row.item.code]),
            )
            for row in super().rows()
        ]
