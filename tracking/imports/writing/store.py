"""Writes a planned import: all of it in one transaction, or nothing."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from tracking.actions import audit
from tracking.actions.marks import want_episodes, want_study
from tracking.errors import Conflict, InvalidInput
from tracking.fields import Unreadable
from tracking.imports.planning.doubts import plain
from tracking.imports.planning.plan import Plan, PlannedAssessment, PlannedPatient
from tracking.imports.reading.problems import Problems
from tracking.imports.reading.spec import Spec
from tracking.imports.writing.joins import join, save_joined
from tracking.imports.writing.rows import (
    CHUNK,
    assessed_on,
    audit_rows,
    create_assessments,
    create_episodes,
    external_key,
    mismatch_rows,
)
from tracking.imports.writing.setting import check_diagnosis, declare_scales, study_of, team_of
from tracking.models import (
    Assessment,
    AuditEvent,
    CareTeam,
    EpisodeSource,
    ImportBatch,
    ResearchConsent,
    TreatmentEpisode,
    User,
)
from tracking.rules.policies.days import local_today
from tracking.rules.policies.endings import check_after_end, ended_or_dead
from tracking.rules.policies.imports import check_may_import
from tracking.vocabulary import AuditAction, ConsentKind, Sex

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to. ``again``: the same bytes had been imported before, nothing was done."""

    again: bool
    patients_new: int = 0
    patients_known: int = 0
    assessments_new: int = 0
    assessments_known: int = 0
    consents: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """The file that is imported: its name without folders, and the SHA-256 of its bytes."""

    name: str
    sha256: str


def import_scores(
    *,
    by: User | None,
    study: str,
    spec: Spec,
    plan: Plan,
    source: Source,
    dry_run: bool = False,
    progress: Progress = lambda stage, done, total: None,
) -> Imported:
    """Stores what ``plan`` holds in the study of this key, which is made when the spec describes it.

    Patients, assessments and scales that are known are left as they are, so the same file twice adds nothing.
    ``dry_run`` does everything and takes it back. ``by`` is ``None`` for the command line; research consent is
    then not recorded, since somebody must have taken it.

    No safety alert is raised: an imported answer speaks of the past, and the report lists it instead.

    Raises ``FileRefused`` naming every row that cannot be stored, ``InvalidInput`` for what does not fit the
    study, ``NotPermitted``. Nothing is stored then.
    """
    with transaction.atomic():
        imported = _Import(by, spec, plan, progress).run(study, source)
        if dry_run:
            transaction.set_rollback(True)
    return imported


class _Import:
    """One import inside its transaction."""

    def __init__(self, by: User | None, spec: Spec, plan: Plan, progress: Progress) -> None:
        self.by, self.spec, self.plan, self.progress = by, spec, plan, progress
        self.problems = Problems()

    def run(self, study_key: str, source: Source) -> Imported:
        check_diagnosis(self.spec)
        team = team_of(self.by, self.spec.place)
        self.study = study_of(self.by, study_key, self.spec.study, team)
        if ImportBatch.objects.filter(study=self.study, sha256=source.sha256).exists():
            return Imported(again=True)
        declare_scales(self.study, self.spec)
        known = self.known_episodes()
        self.check_teams(known, team)
        changed = self.join_known(known)
        new = self.create_new(known, team)
        episodes = known | new
        rows = self.new_assessments(episodes, known)
        self.refuse_lost_zeros(new, rows)
        self.problems.raise_any()
        batch = self.store(source, episodes, rows)
        consented = self.record_consents(new)
        counts = dict.fromkeys([*new.values(), *changed], 0)
        counts.update(Counter(episode for episode, _ in rows))
        AuditEvent.objects.bulk_create(audit_rows(self.by, batch, counts, consented), batch_size=CHUNK)
        want_episodes(episodes=list(counts))
        want_study(study=self.study)
        return Imported(
            again=False,
            patients_new=len(new),
            patients_known=len(self.plan.patients) - len(new),
            assessments_new=len(rows),
            assessments_known=len(self.plan.assessments) - len(rows),
            consents=len(consented),
        )

    # --- who --------------------------------------------------------------------------------------

    def known_episodes(self) -> dict[str, TreatmentEpisode]:
        """Episodes of this study by what its files call their patients. Encrypted ids cannot be searched."""
        sources = EpisodeSource.objects.filter(episode__study=self.study).select_related(
            "episode__patient__team"
        )
        if any(isinstance(source.source_id, Unreadable) for source in sources):
            raise Conflict(
                "what an earlier file called some patients of this study cannot be read with the keys at hand, "
                "so nobody can tell who is known already: put the missing key back into FIELD_KEYS first"
            )
        return {
            source.source_id: source.episode for source in sources if source.source_id in self.plan.patients
        }

    def check_teams(self, known: dict[str, TreatmentEpisode], team: CareTeam | None) -> None:
        teams = {episode.patient.team for episode in known.values()}
        if team is None:
            check_may_import(self.by, teams)
        elif teams - {team}:
            raise InvalidInput("place.team", "some of these patients are in the care of another team")

    def join_known(self, known: dict[str, TreatmentEpisode]) -> list[TreatmentEpisode]:
        """Adds what the file newly says of known patients. What differs from the record is refused."""
        columns = self.spec.patient
        joined = []
        for key, episode in known.items():
            changes, differing = join(episode, self.plan.patients[key], columns)
            for column in differing:
                self.problems.add(
                    self.plan.patients[key].line, column, "differs from what is stored of this patient"
                )
            if changes:
                joined.append(episode)
        save_joined(joined)
        return joined

    def create_new(
        self, known: dict[str, TreatmentEpisode], team: CareTeam | None
    ) -> dict[str, TreatmentEpisode]:
        """Patients whom the study does not know yet."""
        patients = [planned for key, planned in self.plan.patients.items() if key not in known]
        days: dict[str, list[date]] = defaultdict(list)
        for planned in self.plan.assessments:
            if planned.source_id not in known:
                days[planned.source_id].append(assessed_on(planned, self.spec.times.start))
        for patient in patients:
            self.check_new(patient, days)
        if team is None or self.problems.count:
            return {}
        return create_episodes(spec=self.spec, study=self.study, team=team, patients=patients, days=days)

    def check_new(self, planned: PlannedPatient, days: dict[str, list[date]]) -> None:
        columns = self.spec.patient
        if columns.must_exist:
            self.problems.add(planned.line, columns.id, "is no patient of this study")
        elif self.spec.times.start is None and not days[planned.source_id]:
            self.problems.add(planned.line, columns.id, "has no assessment, so no day to begin from")
        if planned.sex is not None and planned.sex not in Sex.values and columns.sex:
            self.problems.add(planned.line, columns.sex.column, f"must mean one of {', '.join(Sex.values)}")

    def refuse_lost_zeros(
        self, new: dict[str, TreatmentEpisode], rows: list[tuple[TreatmentEpisode, PlannedAssessment]]
    ) -> None:
        """A new person who is written as a known one but for leading zeros or case, with the same answers on the same
        day, is the known one: the file went through a spreadsheet."""
        if not new:
            return
        written = {
            plain(source.source_id): source.episode_id
            for source in EpisodeSource.objects.filter(episode__study=self.study).exclude(
                episode__in=new.values()
            )
        }
        alike = {key: written[plain(key)] for key in new if plain(key) in written}
        sheets = {
            (episode, instrument, day, _content(answers))
            for episode, instrument, day, answers in Assessment.objects.filter(
                episode__in=alike.values()
            ).values_list("episode", "instrument", "assessed_on", "answers")
        }
        for episode, planned in rows:
            day = assessed_on(planned, episode.starts_on)
            place = (alike.get(planned.source_id), planned.instrument.key, day, _content(planned.answers))
            if planned.answers and place in sheets:
                self.problems.add(
                    planned.line,
                    self.spec.patient.id,
                    "is written as somebody of this study but for leading zeros or case, who gave the same answers on "
                    "the same day: did a spreadsheet change the identifiers?",
                )

    # --- what -------------------------------------------------------------------------------------

    def new_assessments(
        self, episodes: dict[str, TreatmentEpisode], known: dict[str, TreatmentEpisode]
    ) -> list[tuple[TreatmentEpisode, PlannedAssessment]]:
        """Those that are not stored yet. One that is stored with other content is refused by name."""
        stored, self.ended = self.stored_assessments(known), ended_or_dead(known.values())
        rows = []
        for planned in self.plan.assessments:
            episode = episodes.get(planned.source_id)
            if episode is None:
                continue  # named among the problems already
            day = assessed_on(planned, episode.starts_on)
            content = (dict(planned.answers), dict(planned.entered_totals), day)
            before = stored.get(external_key(episode, planned))
            if before is None:
                self.check_day(planned, episode, day)
                rows.append((episode, planned))
            elif before != content:
                self.refuse_changed(planned)
        return rows

    def stored_assessments(
        self, known: dict[str, TreatmentEpisode]
    ) -> dict[str, tuple[dict[str, object], dict[str, object], date]]:
        rows = Assessment.objects.filter(episode__study=self.study, external_key__isnull=False)
        fields = rows.values_list("external_key", "answers", "entered_totals", "assessed_on") if known else []
        return {key: (answers, totals, day) for key, answers, totals, day in fields if key is not None}

    def refuse_changed(self, planned: PlannedAssessment) -> None:
        name, when = planned.instrument.short_title, planned.when.key
        self.problems.add(
            planned.line,
            "",
            f"{name} at {when} differs from what was imported before: correct it in the record, with a reason",
        )

    def check_day(self, planned: PlannedAssessment, episode: TreatmentEpisode, day: date) -> None:
        times = self.spec.times
        column = times.date or times.day or times.column or ""
        if day > local_today(episode.patient):
            self.problems.add(planned.line, column, "lies in the future")
        elif day < min(episode.patient.enrolled_on, episode.starts_on):
            self.problems.add(planned.line, column, "is before the patient was enrolled")
        elif episode.pk in self.ended:
            self.check_end(planned, episode, day, column)

    def check_end(
        self, planned: PlannedAssessment, episode: TreatmentEpisode, day: date, column: str
    ) -> None:
        """No row of a file answers a request, so none is a follow-up of the protocol."""
        try:
            check_after_end(episode, None, day)
        except InvalidInput as refusal:
            self.problems.add(planned.line, column, refusal.reason)

    def store(
        self,
        source: Source,
        episodes: dict[str, TreatmentEpisode],
        rows: list[tuple[TreatmentEpisode, PlannedAssessment]],
    ) -> ImportBatch:
        batch = ImportBatch.objects.create(
            study=self.study,
            file_name=source.name[:200],
            sha256=source.sha256,
            rows=self.plan.rows,
            assessments=len(rows),
            mismatches=mismatch_rows(self.plan.mismatches, episodes),
            imported_by=self.by,
        )
        for start in range(0, len(rows), CHUNK):
            chunk = rows[start : start + CHUNK]
            create_assessments(by=self.by, batch=batch, rows=chunk)
            self.progress("stored", start + len(chunk), len(rows))
        audit.record(by=self.by, action=AuditAction.IMPORT_SCORES, target=batch, assessments=len(rows))
        return batch

    def record_consents(self, new: dict[str, TreatmentEpisode]) -> set[int]:
        """Research consent of new patients where the spec states it. Nobody consents through a machine:
        without a person who records it there is none, and releases leave these patients out."""
        if self.spec.consent is None or self.by is None:
            return set()
        ResearchConsent.objects.bulk_create(
            [
                ResearchConsent(
                    patient=episode.patient,
                    kind=ConsentKind.GIVEN,
                    stated_on=episode.starts_on,
                    recorded_by=self.by,
                )
                for episode in new.values()
            ],
            batch_size=CHUNK,
        )
        return {episode.patient_id for episode in new.values()}


def _content(answers: Mapping[str, object]) -> str:
    return json.dumps(dict(answers), sort_keys=True)
