"""Everything that was recorded of one patient, as the tables of a release have it before it is made coarse."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest

from reports.actions import courses
from reports.export.tables import Table, check
from reports.release_frames import TABLES, Reading, read_tables
from reports.release_frames.columns import NotReleasable
from tests.cast import days_ago
from tests.reports.clinic import another_episode, rate
from tests.tracking.treated import dosed
from tracking.actions import assessments, care, people, treatment
from tracking.actions.endings import end_episode
from tracking.models import Assessment, CareTeam, Study, TreatmentEpisode, TreatmentSession, User
from tracking.privacy import Privacy

pytestmark = pytest.mark.django_db
BEGAN = 120  # days ago
DOSED = 7  # days after that, so that day 0 is then


def on(day: int) -> object:
    """The date of a day, counted from the dose."""
    return days_ago(BEGAN - DOSED - day)


def at(day: int, hour: int) -> datetime:
    return datetime.combine(on(day), time(hour), UTC)


@pytest.fixture
def treated(team_a: CareTeam, clinician: User, study: Study) -> TreatmentEpisode:
    identity = {
        "given_name": "Petra",
        "family_name": "Patientin",
        "date_of_birth": on(0) - timedelta(days=14_900),
    }
    patient = people.enrol_patient(
        by=clinician,
        team=team_a,
        identity=identity,
        sex="female",
        enrolled_on=days_ago(BEGAN),
        timezone="Asia/Tokyo",
    )
    return care.start_episode(
        by=clinician,
        patient=patient,
        diagnosis="mdd",
        protocol="psilocybin-mdd",
        arm="psilocybin",
        starts_on=days_ago(BEGAN),
        study=study,
    )


@pytest.fixture
def tables(treated: TreatmentEpisode, clinician: User, study: Study) -> dict[str, Table]:
    medicated(treated, clinician)
    in_session(treated, clinician)
    rated(treated, clinician)
    end_episode(
        by=clinician, episode=treated, reason="completed", ends_on=on(90), open_reason="somebody calls"
    )
    courses.recompute_episode(episode_id=treated.pk)
    found = read_tables(Reading(study, [treated.patient]), list(TABLES))
    return {table.name: table for each in found.values() for table in each}


def medicated(episode: TreatmentEpisode, by: User) -> None:
    start = {"substance": "Sertraline", "amount_per_day": Decimal("62.5"), "unit": "mg", "route": "oral"}
    taken = treatment.start_medication(by=by, episode=episode, started_on=on(-6), **start)
    treatment.change_dose(by=by, course=taken, changed_on=on(20), amount_per_day=Decimal(50))
    treatment.stop_medication(by=by, course=taken, stopped_on=on(30), reason="no_effect")
    mistaken = treatment.start_medication(
        by=by, episode=episode, started_on=on(-5), **start | {"substance": "Lithium"}
    )
    treatment.void(by=by, record=mistaken, reason="Of another patient")


def in_session(episode: TreatmentEpisode, by: User) -> None:
    def held(kind: str, moment: datetime, minutes: int | None) -> TreatmentSession:
        return treatment.record_session(by=by, episode=episode, kind=kind, starts_at=moment, minutes=minutes)

    held("preparation", at(-3, 9), 90)
    mistaken = held("psychotherapy", at(-2, 9), 50)
    treatment.void(by=by, record=mistaken, reason="Of another patient")
    session = held("dosing", at(0, 8), None)
    for part, amount, hour in (("main", "25", 9), ("supplement", "5.5", 10)):
        dosed(
            by,
            session,
            part=part,
            amount=Decimal(amount),
            given_at=at(0, hour),
            washout_reason="agreed with the physician",
        )


def rated(episode: TreatmentEpisode, by: User) -> None:
    rate(episode, by, DOSED - 7, 24, time_point="baseline")
    misread = rate(episode, by, DOSED + 7, 7)
    corrected = {"answers": misread.answers | {"1": 2}, "reason": "Misread."}
    assessments.correct_assessment(by=by, assessment=misread, **corrected)
    rate(episode, by, DOSED + 2, 9, "phq9", **{"2": None})
    for day, total in ((42, 5), (60, 16), (74, 18)):
        rate(episode, by, DOSED + day, total)


def lines(table: Table, *columns: str) -> list[tuple[object, ...]]:
    """These columns of each line, what is missing as nothing."""
    frame = table.rows[list(columns)].astype(object)
    return list(frame.where(frame.notna(), None).itertuples(index=False, name=None))


def all_of(table: Table) -> list[tuple[object, ...]]:
    return lines(table, *(column.name for column in table.columns))


# Of each table its columns: * a closed list, ~ a day, # a number, ? true or false, nothing: text.
ABOUT_AN_ASSESSMENT = "assessment# instrument* version* wording* source* time_point day~ acute*"
HEADERS = {
    "episodes": "sex* age_band diagnosis* protocol arm status* start_day~ end_day~",
    "medication": "substance step* day~ amount_per_day# unit* route* stop_reason*",
    "sessions": "session# kind* day~ minutes# attendance*",
    "doses": "session# part* substance amount# unit* route* day~",
    "scores": f"{ABOUT_AN_ASSESSMENT} scale* value# prorated# partial# items_answered# items_missing# band*",
    "conclusions": f"{ABOUT_AN_ASSESSMENT} outcome* met?",
    "courses": "instrument* scale* n# baseline# baseline_day~ latest# latest_day~ latest_band* change# "
    "percent_change# slope_per_week# reliable_change* treatment_response? remission*",
    "flags": "instrument* scale* kind* day~",
    "answers_phq9": f"{ABOUT_AN_ASSESSMENT} " + " ".join(f"phq9_{item}#*" for item in range(1, 11)),
    "answers_hamd17": f"{ABOUT_AN_ASSESSMENT} " + " ".join(f"hamd17_{item}#*" for item in range(1, 18)),
}
SIGNS = {"text": "", "day": "~", "number": "#", "true_false": "?"}


def test_each_table_has_these_columns_of_these_kinds(tables: dict[str, Table]) -> None:
    found = {
        table.name: " ".join(
            f"{each.name}{SIGNS[each.kind]}{'*' if each.values else ''}" for each in table.columns
        )
        for table in tables.values()
    }
    assert found == HEADERS


def test_what_a_unit_is_told_of(tables: dict[str, Table]) -> None:
    units = {column.name: column.unit for table in tables.values() for column in table.columns if column.unit}
    assert units == {"minutes": "minutes", "percent_change": "%", "slope_per_week": "points a week"}


def test_a_code_is_told_with_its_label(tables: dict[str, Table]) -> None:
    values = {
        f"{table.name}.{column.name}": dict(column.values)
        for table in tables.values()
        for column in table.columns
    }
    assert values["episodes.status"]["completed"] == "Completed"
    assert values["scores.instrument"] == {
        "hamd17": "Hamilton Depression Rating Scale, 17 items",
        "phq9": "Patient Health Questionnaire-9",
    }
    assert values["scores.band"]["moderately_severe"] == "moderately severe"
    assert values["scores.scale"]["hamd6"] == "HAM-D6 (Bech)"
    assert values["conclusions.outcome"]["phq2_screen_positive"] == "PHQ-2 screen positive (3 or more)"
    assert values["answers_phq9.phq9_1"]["3"] == "Nearly every day"
    assert set(values["scores.version"]) == {"1"}
    assert {"no_rule", "undecidable", "sustained", "ended"} <= set(values["courses.remission"])


def test_answers_leave_only_while_their_class_allows_it(
    study: Study, treated: TreatmentEpisode, clinician: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    rate(treated, clinician, 3, 20)
    monkeypatch.setitem(Assessment.privacy, "answers", Privacy.FREE_TEXT)
    with pytest.raises(NotReleasable, match="answers"):
        read_tables(Reading(study, [treated.patient]), ["answers"])


def test_each_is_as_declared_and_says_whose_it_is(
    tables: dict[str, Table], treated: TreatmentEpisode
) -> None:
    whose = {(str(treated.patient.public_id), 1)}
    for table in tables.values():
        check(table)
        assert set(lines(table, "patient", "episode")) == whose, table.name
    answers = {"answers_hamd17", "answers_phq9"}
    assert set(tables) == set(TABLES) - {"answers"} | answers


def test_the_episode(tables: dict[str, Table]) -> None:
    assert all_of(tables["episodes"]) == [
        ("female", "40", "mdd", "psilocybin-mdd", "psilocybin", "completed", -7, 90)
    ]


def test_medication_that_was_not_taken_back(tables: dict[str, Table]) -> None:
    assert all_of(tables["medication"]) == [
        ("Sertraline", "start", -6, 62.5, "mg", "oral", ""),
        ("Sertraline", "change", 20, 50, "mg", "oral", ""),
        ("Sertraline", "stop", 30, 0, "mg", "oral", "no_effect"),
    ]


def test_sessions_that_were_not_taken_back_are_numbered_and_doses_join_them(tables: dict[str, Table]) -> None:
    assert all_of(tables["sessions"]) == [
        (1, "preparation", -3, 90, "attended"),
        (2, "dosing", 0, None, "attended"),
    ]
    assert all_of(tables["doses"]) == [
        (2, "main", "psilocybin", 25, "mg", "oral", 0),
        (2, "supplement", "psilocybin", 5.5, "mg", "oral", 0),
    ]


ABOUT = ("assessment", "instrument", "version", "wording", "source", "time_point", "day", "acute")
FIRST = (1, "hamd17", "1", "verbatim", "clinician", "baseline", -7, None)
SOON = (2, "phq9", "1", "verbatim", "clinician_entered", "", 2, "window")
CORRECTED = (3, "hamd17", "1", "verbatim", "clinician", "", 7, None)


def test_every_line_about_an_assessment_says_which(tables: dict[str, Table]) -> None:
    """Assessments are numbered by their day, a corrected one once; one soon after the dose says that it is not
    judged."""
    for name in ("scores", "conclusions"):
        assert list(dict.fromkeys(lines(tables[name], *ABOUT)))[:3] == [FIRST, SOON, CORRECTED], name
    assert lines(tables["answers_hamd17"], *ABOUT)[:2] == [FIRST, CORRECTED]
    assert lines(tables["answers_phq9"], *ABOUT) == [SOON]
    assert {day for _, day in lines(tables["scores"], "assessment", "day")} == {-7, 2, 7, 42, 60, 74}


def test_scores_with_their_bands_and_what_an_answer_left_out_leaves(tables: dict[str, Table]) -> None:
    columns = (
        "assessment",
        "scale",
        "value",
        "prorated",
        "partial",
        "items_answered",
        "items_missing",
        "band",
    )
    scores = lines(tables["scores"], *columns)
    assert scores[0] == (1, "total", 24, None, 24, 17, 0, "very_severe")
    assert [row for row in scores if row[0] == 2] == [
        (2, "total", None, 6.75, 6, 8, 1, "mild"),
        (2, "phq8", None, None, 6, 7, 1, ""),
        (2, "phq2", None, None, 3, 1, 1, ""),
    ]
    totals = [value for number, scale, value, *_ in scores if scale == "total" and number != 2]
    assert totals == [24, 5, 5, 16, 18]


def test_conclusions_and_what_hangs_on_an_answer_left_out(tables: dict[str, Table]) -> None:
    found = lines(tables["conclusions"], "assessment", "outcome", "met")
    assert [row for row in found if row[0] == 2] == [
        (2, "screen_positive", False),
        (2, "phq8_screen_positive", None),
        (2, "phq2_screen_positive", None),
        (2, "major_depressive_syndrome", False),
        (2, "other_depressive_syndrome", True),
    ]


def test_answers_item_by_item(tables: dict[str, Table]) -> None:
    items = [f"hamd17_{item}" for item in range(1, 18)]
    assert lines(tables["answers_hamd17"], *items)[:2] == [
        (4, 4, 4, 2, 2, 2, 4, 2, *[0] * 9),
        (2, 3, *[0] * 15),
    ]
    assert lines(tables["answers_phq9"], *(f"phq9_{item}" for item in range(1, 11))) == [
        (3, None, 3, *[0] * 7)
    ]


def test_courses_and_flags(tables: dict[str, Table]) -> None:
    (hamd, phq), slope = all_of(tables["courses"]), 10
    assert hamd[:slope] == ("hamd17", "total", 5, 24, -7, 18, 74, "moderate", -6, -25)
    # by hand: days -7 7 42 60 74, scores 24 5 5 16 18
    assert hamd[slope] == pytest.approx(-0.0363077, abs=1e-6)
    assert hamd[slope + 1 :] == ("", False, "ended")
    assert phq == ("phq9", "total", 0, *[None] * 4, "", *[None] * 3, "", None, "undecidable")
    assert all_of(tables["flags"]) == [("hamd17", "total", "relapse_confirmed", 60)]


def test_what_tells_of_a_hidden_value_follows_it(tables: dict[str, Table]) -> None:
    follows = {
        (table.name, column.name): column.follows
        for table in tables.values()
        for column in table.columns
        if column.follows and column.name != "acute"
    }
    dosed = ("dosed substance", "arm")
    assert follows == {
        **{("medication", name): ("medication",) for name in ("amount_per_day", "unit", "route")},
        **{("doses", name): dosed for name in ("amount", "unit", "route")},
    }
    about = ("scores", "conclusions", "answers_hamd17", "answers_phq9")
    acute = [column for name in about for column in tables[name].columns if column.name == "acute"]
    assert [column.follows for column in acute] == [dosed] * 4


def test_to_have_a_row_at_all_is_told_by_medication_sessions_and_doses(tables: dict[str, Table]) -> None:
    assert {name for name, table in tables.items() if table.rows_tell} == {"medication", "sessions", "doses"}


def test_who_somebody_is_likely_to_be_is_carried_by_these_columns(tables: dict[str, Table]) -> None:
    carried = {
        f"{table.name}.{column.name}": column.quasi
        for table in tables.values()
        for column in table.quasi_columns
    }
    assert carried == {
        "episodes.sex": "sex",
        "episodes.age_band": "age",
        "episodes.diagnosis": "diagnosis",
        "episodes.protocol": "protocol",
        "episodes.arm": "arm",
        "medication.substance": "medication",
        "doses.substance": "dosed substance",
    }


def test_the_tables_that_were_not_asked_for_and_tell_who_somebody_is_are_read_too(
    study: Study, treated: TreatmentEpisode
) -> None:
    found = read_tables(Reading(study, [treated.patient]), ["flags", "scores"])
    assert list(found) == ["episodes", "medication", "doses", "scores", "flags"]


def test_a_second_treatment_is_numbered_and_has_a_day_0_of_its_own(
    study: Study, treated: TreatmentEpisode, clinician: User, team_a: CareTeam
) -> None:
    end_episode(by=clinician, episode=treated, reason="completed", ends_on=on(60))
    second = care.start_episode(
        by=clinician,
        patient=treated.patient,
        diagnosis="mdd",
        protocol="",
        arm="",
        starts_on=on(70),
        study=study,
    )
    rate(second, clinician, 3, 20)
    other = another_episode(team_a, clinician, study)
    found = read_tables(Reading(study, [treated.patient]), ["scores"])
    assert lines(found["episodes"][0], "episode", "start_day", "end_day") == [(1, 0, 67), (2, 0, None)]
    assert set(lines(found["scores"][0], "episode", "assessment", "day")) == {(2, 1, 3)}
    assert str(other.patient.public_id) not in set(found["episodes"][0].rows["patient"])
