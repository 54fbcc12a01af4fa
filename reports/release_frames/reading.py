"""Reads rows of one study into tables of plain values, dates as days from each episode's zero."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

import pandas as pd
from django.db.models import Count, Model, QuerySet

from measures.instrument import Instrument
from reports.export.tables import EPISODE, PATIENT, Column, Table
from reports.frames import Axis, axes
from reports.release_frames.columns import Numbered, Source, Told
from tracking import clock
from tracking.models import Assessment, Patient, Study, TreatmentEpisode, TreatmentSession
from tracking.queries.acute import acute_marks
from tracking.rules.policies.instruments import Shelf
from tracking.vocabulary import Wording

RARE = "another wording of the site, seen by few"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row belongs: whose it is, in which of their episodes, and on which axis its dates lie."""

    patient: str
    number: int
    axis: Axis
    zone: str


class Reading:
    """One study as seen by one release: the episodes of these patients, numbered, with their axes."""

    def __init__(self, study: Study, patients: Iterable[Patient]) -> None:
        self.study = study
        self.episodes = TreatmentEpisode.objects.filter(study=study, patient__in=list(patients))

    @cached_property
    def places(self) -> dict[int, Place]:
        rows = list(
            self.episodes.order_by("patient", "starts_on", "pk").values_list(
                "pk", "patient__public_id", "patient__timezone"
            )
        )
        lines = axes(self.episodes)
        numbers = within((patient, episode) for episode, patient, _ in rows)
        return {
            episode: Place(str(patient), numbers[episode], lines[episode], zone)
            for episode, patient, zone in rows
        }

    @cached_property
    def assessments(self) -> QuerySet[Assessment]:
        """The latest version of each, without second ratings of the same occasion."""
        return Assessment.objects.counted().filter(episode__in=self.episodes)

    @cached_property
    def assessment_numbers(self) -> dict[int, int]:
        return within(self.assessments.order_by("assessed_on", "pk").values_list("episode_id", "pk"))

    @cached_property
    def acute(self) -> dict[int, str]:
        """Why an assessment is not judged, by its key: of those that are not because of a dose."""
        rows = list(self.assessments.select_related("episode__patient", "episode__study"))
        windows = {key: place.axis.window for key, place in self.places.items()}
        return {key: mark.reason for key, mark in acute_marks(rows, windows).items()}

    @cached_property
    def sessions(self) -> QuerySet[TreatmentSession]:
        """Those that were not taken back."""
        return TreatmentSession.objects.filter(episode__in=self.episodes, voided_at__isnull=True)

    @cached_property
    def session_numbers(self) -> dict[int, int]:
        return within(self.sessions.order_by("starts_at", "pk").values_list("episode_id", "pk"))

    @cached_property
    def instruments(self) -> list[Instrument]:
        """Every version of every instrument that was filled in, by key and version."""
        shelf = Shelf()
        used = self.assessments.order_by("instrument", "version").values_list("instrument", "version")
        return [shelf.get(key, version, self.study) for key, version in used.distinct()]

    def wordings(self, instrument: Instrument, k: int) -> list[str]:
        """Whose words were on the screen. A wording that fewer than ``k`` patients have seen is not named: its
        language might tell who they are."""
        rows = self.assessments.filter(instrument=instrument.key, version=instrument.version)
        seen = rows.values("wording").annotate(patients=Count("episode__patient", distinct=True))
        counts = dict(seen.order_by("wording").values_list("wording", "patients"))
        named = {name if count >= k or name in Wording.values else RARE for name, count in counts.items()}
        return sorted(named)

    def table(
        self,
        name: str,
        meaning: str,
        rows: QuerySet[Model],
        columns: Sequence[Source],
        *,
        episode: str = "episode_id",
        rows_tell: bool = False,
    ) -> Table:
        """The table of these rows; ``episode`` is their path to the key of their treatment episode."""
        records = []
        for key, *values in rows.values_list(episode, *(each.path for each in columns)):
            place = self.places[key]
            cells = (_cell(each, value, place) for each, value in zip(columns, values, strict=True))
            records.append((place.patient, place.number, *cells))
        declared = tuple(each.column for each in columns)
        return Table(name, meaning, declared, framed(records, declared), rows_tell)


def framed(records: Sequence[tuple[object, ...]], columns: Sequence[Column]) -> pd.DataFrame:
    """The records as a frame, each column of the type that its declaration says."""
    frame = pd.DataFrame(
        records, columns=[PATIENT, EPISODE, *(column.name for column in columns)], dtype=object
    )
    types = {column.name: float for column in columns if column.kind in ("number", "day")}
    return frame.astype({EPISODE: int, **types})


def within(pairs: Iterable[tuple[object, int]]) -> dict[int, int]:
    """Keys numbered from 1 within their group, in the order given."""
    counts: dict[object, int] = {}
    numbers = {}
    for group, key in pairs:
        counts[group] = counts.get(group, 0) + 1
        numbers[key] = counts[group]
    return numbers


def _cell(source: Source, value: Any, place: Place) -> object:
    if isinstance(source, Numbered):
        return source.numbers[value]
    if isinstance(source, Told):
        return source.told.get(value)
    if value is None:
        return None
    if source.coarse:
        return source.coarse(value)
    if source.column.kind == "day":
        return value if isinstance(value, int) else place.axis.day(_day(value, place))
    if source.column.kind == "text":
        return str(value)
    return float(value) if isinstance(value, Decimal) else value


def _day(value: date | datetime, place: Place) -> date:
    return clock.day_of(value, place.zone) if isinstance(value, datetime) else value
