"""Writing a plan: what is new, what joins, what is refused, and that nothing is half stored."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import connection
from time_machine import TimeMachineFixture

from measures import registry
from tests.tracking.imports.small import HEADER, ROWS, SPEC, plan, spec, table, with_cell
from tracking.actions import care, people
from tracking.errors import InvalidInput, NotPermitted
from tracking.fields import cipher
from tracking.imports.reading.problems import FileRefused
from tracking.imports.reading.spec import Point, Spec
from tracking.imports.writing.store import Imported, Source, import_scores
from tracking.models import (
    Assessment,
    AuditEvent,
    CareTeam,
    DeclaredScale,
    EpisodeMark,
    EpisodeSource,
    ImportBatch,
    Patient,
    PatientIdentity,
    ResearchConsent,
    SafetyAlert,
    ScaleScore,
    Site,
    Study,
    StudyMark,
    TreatmentEpisode,
    User,
)
from tracking.rules.policies.instruments import instrument_of

pytestmark = pytest.mark.django_db

TABLES = (
    Assessment, AuditEvent, CareTeam, DeclaredScale, EpisodeMark, EpisodeSource, ImportBatch, Patient,
    ResearchConsent, ScaleScore, Site, Study, StudyMark, TreatmentEpisode,
)  # fmt: skip
CONSENT = {"research": "given", "basis": "Each patient signed."}


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in TABLES}


def run(data: bytes | None = None, by: User | None = None, spec_: Spec | None = None, **how: Any) -> Imported:
    data, spec_ = table(*ROWS) if data is None else data, spec_ or spec(consent=CONSENT)
    source = Source("scores.csv", hashlib.sha256(data).hexdigest())
    return import_scores(
        by=by, study=how.pop("study", "small"), spec=spec_, plan=plan(data, spec_), source=source, **how
    )


@pytest.fixture(autouse=True)
def team(team_a: CareTeam) -> CareTeam:
    return team_a


def episode_of(source_id: str) -> TreatmentEpisode:
    return next(one.episode for one in EpisodeSource.objects.all() if one.source_id == source_id)


def test_patients_get_random_codes_a_team_and_no_identity(team: CareTeam, administrator: User) -> None:
    assert run(by=administrator) == Imported(again=False, patients_new=2, assessments_new=6, consents=2)
    episode = episode_of("P1")
    assert (episode.arm, episode.age_at_start, episode.covariates) == ("drug", 41, {"expectancy": 62.5})
    assert (episode.starts_on, episode.ends_on) == (date(2020, 1, 1), date(2020, 1, 8))
    assert episode.dates_are_nominal and episode.status == "completed"
    assert (episode.patient.team, episode.patient.sex) == (team, "female")
    assert not PatientIdentity.objects.exists()
    assert "P1" not in episode.patient.study_code
    assert not Assessment.objects.filter(external_key__contains="P1").exists()


def test_what_the_file_calls_a_patient_is_not_readable_in_the_database() -> None:
    run()
    with connection.cursor() as cursor:
        cursor.execute("SELECT source_id FROM tracking_episodesource")
        raw = [text for (text,) in cursor.fetchall()]
    assert {cipher().decrypt(text.encode()) for text in raw} == {b"P1", b"P2"}


def test_each_patient_and_the_batch_are_audited_and_every_course_is_wanted(administrator: User) -> None:
    run(by=administrator)
    (batch,) = ImportBatch.objects.all()
    events = AuditEvent.objects.filter(action="import_scores", actor=administrator.public_id)
    told = {event.patient: event.details for event in events if event.patient}
    assert told == {
        episode_of("P1").patient.public_id: {
            "batch": str(batch.public_id), "assessments": 4, "consent_recorded": True,
        },
        episode_of("P2").patient.public_id: {
            "batch": str(batch.public_id), "assessments": 2, "consent_recorded": True,
        },
    }  # fmt: skip
    assert events.filter(object_id=batch.public_id).count() == 1
    assert (batch.rows, batch.assessments, batch.file_name) == (3, 6, "scores.csv")
    assert list(EpisodeMark.objects.values_list("wanted_rev", "done_rev")) == [(1, 0), (1, 0)]
    assert StudyMark.objects.get().wanted_rev >= 1


def test_without_a_person_no_consent_is_recorded() -> None:
    assert run().consents == 0
    assert not ResearchConsent.objects.exists()


def test_an_imported_suicide_item_raises_no_live_alert() -> None:
    run()
    assert Assessment.objects.get(instrument="phq9", episode=episode_of("P2")).answers["9"] == 1
    assert not SafetyAlert.objects.exists()


def test_a_dry_run_does_everything_and_takes_it_back(administrator: User) -> None:
    before = counts()
    assert run(by=administrator, dry_run=True).assessments_new == 6
    assert counts() == before


def test_a_longer_file_brings_only_its_new_rows() -> None:
    run()
    known = set(Assessment.objects.values_list("pk", flat=True))
    longer = table(*ROWS, "P2,35,m,placebo,,1,15" + "," * 10, "P3,50,f,drug,40,0,22" + "," * 10)
    assert run(longer) == Imported(
        again=False, patients_new=1, patients_known=2, assessments_new=2, assessments_known=6
    )
    new = Assessment.objects.exclude(pk__in=known)
    assert {(one.episode, one.time_point) for one in new} == {
        (episode_of("P2"), "week 1"),
        (episode_of("P3"), "baseline"),
    }
    assert EpisodeMark.objects.get(episode=episode_of("P1")).wanted_rev == 1
    assert EpisodeMark.objects.get(episode=episode_of("P2")).wanted_rev == 2


@pytest.mark.parametrize(
    ("column", "cell", "line", "named"),
    [("hamd", "23", 2, ""), ("phq_1", "3", 2, ""), ("phq_total", "9", 2, ""), ("arm", "other", 4, "arm"),
     ("sex", "f", 4, "sex"), ("age", "36", 4, "age")],
)  # fmt: skip
def test_a_row_that_was_changed_since_is_refused_by_name(
    column: str, cell: str, line: int, named: str
) -> None:
    run()
    before = counts()
    with pytest.raises(FileRefused) as refused:
        run(with_cell(column, cell, line=line))
    assert [(problem.line, problem.column) for problem in refused.value.problems] == [(line, named)]
    assert "differs" in refused.value.problems[0].reason
    assert counts() == before


def test_a_fault_in_the_last_step_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> None:
        raise OSError("disk full")

    before = counts()
    monkeypatch.setattr("tracking.imports.writing.store.want_study", broken)
    with pytest.raises(OSError, match="disk full"):
        run()
    assert counts() == before


def test_a_covariate_file_joins_and_a_stranger_in_it_is_refused(administrator: User) -> None:
    run()
    text = '[patient]\nid = "id"\nmust_exist = true\nnumbers = ["expectancy", "years"]\n'
    header = "id,expectancy,years"
    joined = run(table("P1,62.5,4", "P2,30,7", header=header), administrator, spec(text))
    assert (joined.patients_known, joined.assessments_new) == (2, 0)
    assert episode_of("P1").covariates == {"expectancy": 62.5, "years": 4}
    assert episode_of("P2").covariates == {"expectancy": 30, "years": 7}
    with pytest.raises(FileRefused) as refused:
        run(table("P1,62.5,4", "P9,1,1", "P2,31,7", header=header), administrator, spec(text))
    assert [(problem.line, problem.column) for problem in refused.value.problems] == [
        (3, "id"),
        (4, "expectancy"),
    ]


def test_scores_of_a_stranger_are_refused_by_the_stranger_alone() -> None:
    run()
    text = SPEC.replace("[patient]\n", "[patient]\nmust_exist = true\n")
    known_alone = spec(text, study=None, place=None, episode=None)
    before = counts()
    with pytest.raises(FileRefused) as refused:
        run(table(*ROWS, ROWS[0].replace("P1", "P9")), spec_=known_alone)
    assert [(problem.column, problem.reason) for problem in refused.value.problems] == [
        ("id", "is no patient of this study")
    ]
    assert counts() == before


DATED = SPEC.replace('start = "2020-01-01"\n', 'date = "day"\n')
DATED_HEADER = HEADER.replace("week,hamd", "week,day,hamd")


def dated(day: date, week: int = 0) -> str:
    return f"P1,41,f,drug,1,{week},{day.isoformat()},20" + "," * 10


def test_a_dated_file_keeps_its_dates_and_starts_with_the_first() -> None:
    run(table(dated(date(2024, 3, 8), 1), dated(date(2024, 3, 1)), header=DATED_HEADER), spec_=spec(DATED))
    episode = episode_of("P1")
    assert (episode.starts_on, episode.ends_on, episode.dates_are_nominal) == (
        date(2024, 3, 1),
        date(2024, 3, 8),
        False,
    )
    assert episode.patient.enrolled_on == date(2024, 3, 1)


def test_a_day_in_the_future_is_refused(time_machine: TimeMachineFixture) -> None:
    """Five minutes past midnight in Berlin, where the site is: a day that the server does not have yet is today."""
    time_machine.move_to("2029-05-31T22:05:00+00:00")
    with pytest.raises(FileRefused) as refused:
        run(table(dated(date(2029, 6, 2)), header=DATED_HEADER), spec_=spec(DATED))
    assert [str(problem) for problem in refused.value.problems] == ["line 2, column day: lies in the future"]
    assert not Patient.objects.exists()
    run(table(dated(date(2029, 6, 1)), header=DATED_HEADER), spec_=spec(DATED))
    assert episode_of("P1").starts_on == date(2029, 6, 1)


def test_a_day_before_a_known_patient_was_enrolled_is_refused() -> None:
    run(table(dated(date(2024, 3, 1)), header=DATED_HEADER), spec_=spec(DATED))
    with pytest.raises(FileRefused, match="before the patient was enrolled"):
        run(table(dated(date(2024, 2, 1), 1), header=DATED_HEADER), spec_=spec(DATED))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"place": {"site": "nowhere", "team": "Team A"}}, "place.site"),
        ({"episode": {"diagnosis": "sadness", "status": "active"}}, "episode.diagnosis"),
    ],
)
def test_a_setting_that_does_not_exist_is_refused(changes: dict[str, Any], field: str) -> None:
    before = counts()
    with pytest.raises(InvalidInput) as refused:
        run(spec_=spec(**changes))
    assert refused.value.field == field
    assert counts() == before


def test_a_file_that_only_adds_needs_its_study() -> None:
    adding = spec('[patient]\nid = "id"\nmust_exist = true\nnumbers = ["years"]\n')
    with pytest.raises(
        InvalidInput, match="^study: there is no study small, and this file only adds to one$"
    ):
        run(table("P1,4", header="id,years"), spec_=adding)


@pytest.mark.parametrize(
    ("data", "text", "told"),
    [
        (
            table("P1,41,f,drug,1,0,2024-03-01" + "," * 11, header=DATED_HEADER),
            DATED,
            "line 2, column id: has no assessment, so no day to begin from",
        ),
        (
            table(*ROWS),
            SPEC.replace('f = "female"', 'f = "woman"'),
            "line 2, column sex: must mean one of female, male, other, unknown",
        ),
    ],
)
def test_a_new_patient_whom_the_record_cannot_hold_is_refused(data: bytes, text: str, told: str) -> None:
    with pytest.raises(FileRefused) as refused:
        run(data, spec_=spec(text))
    assert [str(problem) for problem in refused.value.problems] == [told]


def test_from_a_day_that_the_spec_gives_anybody_can_begin() -> None:
    assert run(table(ROWS[0], "P2,35,m,placebo,,0" + "," * 11)).patients_new == 2


NO_DAYS = (Point("baseline", None, "0"), Point("week 1", None, "1"))
DAYLESS = "a plan without dates has days and a start: the spec is checked for that"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"times": replace(spec().times, start=None)}, DAYLESS),
        ({"times": replace(spec().times, points=NO_DAYS)}, DAYLESS),
        ({"episode": None}, "a spec that brings new patients says what their episodes are"),
    ],
)
def test_a_spec_that_its_reader_would_refuse_is_a_mistake(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{reason}$"):
        run(spec_=replace(spec(), **changes))


def test_a_site_that_the_spec_describes_is_made() -> None:
    place = {"site": "far", "site_name": "Far", "crisis_contacts": "Line, 123, always", "team": "One"}
    run(spec_=spec(place=place))
    assert episode_of("P1").patient.team.site.crisis_contacts == "Line, 123, always"


def test_a_study_does_not_change_its_outcome_or_mix_real_with_simulated(site: Site) -> None:
    run()
    rows = table(ROWS[0].replace("P1", "P7"))
    with pytest.raises(InvalidInput, match="another outcome"):
        run(rows, spec_=spec(SPEC.replace('endpoint = "week 1"', 'endpoint = "baseline"')))
    with pytest.raises(InvalidInput, match="simulated"):
        run(rows, spec_=spec(SPEC.replace("provenance", "simulated = true\nprovenance")))


def scale(key: str, **more: object) -> dict:
    return {
        "key": key, "version": "score-only", "title": "Beck", "short_title": "BDI", "rater": "self",
        "recall": "a week", "rights": {"holder": "P", "terms": "T", "wording": "score-only"},
        "sources": [{"source": "S", "confidence": "high"}],
        "scales": [
            {"key": "total", "title": "T", "rule": "sum", "range": [0, 63], "direction": "higher_is_worse"}
        ],
    } | more  # fmt: skip


def test_a_scale_cannot_be_declared_differently_later() -> None:
    run(spec_=spec(declared=[scale("bdi")]))
    rows = table(ROWS[0].replace("P1", "P7"))
    run(rows, spec_=spec(declared=[scale("bdi")]))
    with pytest.raises(InvalidInput, match="declared bdi"):
        run(rows + b"\n", spec_=spec(declared=[scale("bdi", title="Another")]))


def test_a_key_that_ships_is_named_and_not_declared() -> None:
    with pytest.raises(InvalidInput, match="declared bdi2: ships with Throughline"):
        run(spec_=spec(declared=[scale("bdi2")]))
    assert not Study.objects.exists()


def test_what_a_study_declared_before_the_instrument_shipped_keeps_its_meaning() -> None:
    run()
    study = Study.objects.get()
    DeclaredScale.objects.create(study=study, key="bdi2", definition=scale("bdi2"))
    run(table(ROWS[0].replace("P1", "P7")), spec_=spec(declared=[scale("bdi2")]))
    assert instrument_of("bdi2", study=study).title == "Beck"
    assert instrument_of("bdi2") == registry.get("bdi2")


def test_who_may_import(administrator: User, clinician: User, outsider: User, researcher: User) -> None:
    with pytest.raises(NotPermitted):
        run(by=clinician)  # makes a new study
    run(by=administrator)
    more = table(ROWS[0].replace("P1", "P7"))
    for stranger in (outsider, researcher, clinician):
        with pytest.raises(NotPermitted):
            run(more, by=stranger)
    care.add_study_member(by=None, study=Study.objects.get(key="small"), user=clinician)
    clinician = User.objects.get(pk=clinician.pk)
    assert run(more, by=clinician).patients_new == 1


def test_a_member_of_the_study_imports_for_the_own_team_alone(administrator: User, outsider: User) -> None:
    """Neither new patients into another team nor scores of patients in the care of another."""
    run(by=administrator)
    care.add_study_member(by=None, study=Study.objects.get(key="small"), user=outsider)
    outsider = User.objects.get(pk=outsider.pk)
    longer = table(*ROWS, ROWS[0].replace("P1", "P7"))
    known_alone = spec(
        SPEC.replace("[patient]\n", "[patient]\nmust_exist = true\n"), study=None, place=None, episode=None
    )
    before = counts()
    for file, by in ((longer, None), (table(*ROWS, "P2,35,m,placebo,,1,15" + "," * 10), known_alone)):
        with pytest.raises(NotPermitted, match="of the care team"):
            run(file, by=outsider, spec_=by)
    assert counts() == before


def test_patients_of_another_team_are_not_taken_over(administrator: User, team: CareTeam) -> None:
    run(by=administrator)
    care.create_team(by=None, site=team.site, name="Team Z")
    moved = spec(SPEC.replace('team = "Team A"', 'team = "Team Z"'), consent=CONSENT)
    with pytest.raises(InvalidInput, match="in the care of another team") as refused:
        run(table(*ROWS, ROWS[0].replace("P1", "P7")), administrator, moved)
    assert refused.value.field == "place.team"


def test_two_studies_know_different_patients_of_the_same_id() -> None:
    run()
    assert run(study="other").patients_new == 2
    assert Patient.objects.count() == 4


def test_people_without_identity_can_still_withdraw(administrator: User) -> None:
    run(by=administrator)
    patient = episode_of("P1").patient
    people.record_consent(by=administrator, patient=patient, kind="withdrawn", stated_on=date(2020, 2, 1))
    assert patient.research_consents.last().kind == "withdrawn"
