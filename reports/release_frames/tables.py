"""The tables of a release, column by column. What is not named here does not leave."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import get_args

from measures.change import Category
from measures.instrument import Instrument, Item
from measures.language import marked
from reports.export.tables import Column, Kind, Table
from reports.models import CourseFlag, EpisodeCourse, FlagState
from reports.release_frames.columns import (
    Numbered,
    Source,
    Stored,
    Told,
    Values,
    check_may_leave,
    closed,
    stored,
)
from reports.release_frames.reading import Reading, framed
from reports.stats.flags import Kind as FlagKind
from reports.stats.remission import Phase
from tracking.models import (
    Assessment,
    Dose,
    DoseChange,
    MedicationCourse,
    OutcomeResult,
    Patient,
    ScaleScore,
    TreatmentEpisode,
    TreatmentSession,
)
from tracking.rules.acute import REASONS
from tracking.vocabulary import Wording

REMISSION: Values = tuple((code, "") for code in (*get_args(Phase), "undecidable", "no_rule"))
TOLD_BY_A_DOSE = ("dosed substance", "arm")
Build = Callable[[Reading], list[Table]]


def episodes(reading: Reading) -> list[Table]:
    columns = [
        stored(Patient, "sex", "Sex as recorded", path="patient__sex", quasi="sex"),
        stored(
            TreatmentEpisode, "age_at_start", "Age at the start of treatment", name="age_band", quasi="age"
        ),
        stored(TreatmentEpisode, "diagnosis", "Diagnosis that is treated", quasi="diagnosis"),
        stored(TreatmentEpisode, "protocol", "Treatment protocol", quasi="protocol"),
        stored(TreatmentEpisode, "arm", "Arm of the study", quasi="arm"),
        stored(TreatmentEpisode, "status", "How the treatment stands"),
        stored(TreatmentEpisode, "starts_on", "First day of treatment", name="start_day"),
        stored(TreatmentEpisode, "ends_on", "Last day of treatment", name="end_day"),
    ]
    rows = reading.episodes.order_by("starts_on", "pk")
    return [reading.table("episodes", "One line per treatment episode.", rows, columns, episode="pk")]


def medication(reading: Reading) -> list[Table]:
    rows = DoseChange.objects.standing().filter(
        course__episode__in=reading.episodes, course__voided_at__isnull=True
    )
    columns = [
        stored(MedicationCourse, "substance", "Medication", path="course__substance", quasi="medication"),
        stored(DoseChange, "step", "What changed on this day"),
        stored(DoseChange, "changed_on", "Day from which it holds", name="day"),
        stored(DoseChange, "amount_per_day", "Amount a day from then on", follows=("medication",)),
        stored(DoseChange, "unit", "Unit of the amount", follows=("medication",)),
        stored(DoseChange, "route", "Route", follows=("medication",)),
        stored(DoseChange, "stop_reason", "Why it was stopped"),
    ]
    return [
        reading.table(
            "medication",
            "One line per start, change, taper step and stop of a standing medication.",
            rows.order_by("changed_on", "pk"),
            columns,
            episode="course__episode_id",
            rows_tell=True,
        )
    ]


def sessions(reading: Reading) -> list[Table]:
    columns: list[Source] = [
        _session_number(reading, "pk"),
        stored(TreatmentSession, "kind", "Kind of session"),
        stored(TreatmentSession, "starts_at", "Day of the session", name="day"),
        stored(TreatmentSession, "minutes", "Length", unit="minutes"),
        stored(TreatmentSession, "attendance", "Whether it took place"),
    ]
    rows = reading.sessions.order_by("starts_at", "pk")
    return [reading.table("sessions", "One line per session.", rows, columns, rows_tell=True)]


def doses(reading: Reading) -> list[Table]:
    hidden = TOLD_BY_A_DOSE
    columns: list[Source] = [
        _session_number(reading, "session_id"),
        stored(Dose, "part", "Dose or supplemental dose"),
        stored(Dose, "substance", "What was given", quasi="dosed substance"),
        stored(Dose, "amount", "How much", follows=hidden),
        stored(Dose, "unit", "Unit of the amount", follows=hidden),
        stored(Dose, "route", "Route", follows=hidden),
        stored(Dose, "given_at", "Day of the dose", name="day"),
    ]
    rows = Dose.objects.standing().filter(session__in=reading.sessions).order_by("given_at", "pk")
    meaning = "One line per dose in a dosing session."
    return [reading.table("doses", meaning, rows, columns, episode="session__episode_id", rows_tell=True)]


def scores(reading: Reading) -> list[Table]:
    columns = [
        *_about_assessment(reading, "assessment__"),
        stored(ScaleScore, "scale", "Total or subscale", values=_scales(reading)),
        stored(ScaleScore, "value", "Score; empty when an answer is missing"),
        stored(ScaleScore, "prorated", "Estimate where few answers are missing, never mixed with the score"),
        stored(ScaleScore, "partial", "Sum of what was answered; no score"),
        stored(ScaleScore, "items_answered", "Items answered"),
        stored(ScaleScore, "items_missing", "Items left out"),
        stored(ScaleScore, "band", "Severity band of the score", values=_bands(reading)),
    ]
    rows = ScaleScore.objects.filter(assessment__in=reading.assessments)
    ordered = rows.order_by("assessment__assessed_on", "assessment_id", "pk")
    meaning = "One line per scale of each assessment, in long form."
    return [reading.table("scores", meaning, ordered, columns, episode="assessment__episode_id")]


def conclusions(reading: Reading) -> list[Table]:
    named = closed((rule.key, rule.title) for each in reading.instruments for rule in each.outcomes)
    columns = [
        *_about_assessment(reading, "assessment__"),
        stored(OutcomeResult, "outcome", "Rule of the instrument", values=named),
        stored(OutcomeResult, "met", "Whether it is met; empty when that hangs on missing answers"),
    ]
    rows = OutcomeResult.objects.filter(assessment__in=reading.assessments)
    ordered = rows.order_by("assessment__assessed_on", "assessment_id", "pk")
    meaning = "One line per diagnostic or screening rule of each assessment."
    return [reading.table("conclusions", meaning, ordered, columns, episode="assessment__episode_id")]


def answers(reading: Reading) -> list[Table]:
    """A table for each instrument that has items, over all its versions."""
    by_key: dict[str, list[Instrument]] = {}
    for each in reading.instruments:
        by_key.setdefault(each.key, []).append(each)
    return [_answers(reading, found) for found in by_key.values() if found[-1].items]


def courses(reading: Reading) -> list[Table]:
    model = EpisodeCourse
    columns = [
        *_judged_scale(reading, model),
        stored(model, "n", "Scores"),
        stored(model, "baseline", "Score at baseline"),
        stored(model, "baseline_day", "Day of the baseline", is_day=True),
        stored(model, "latest", "Latest score"),
        stored(model, "latest_day", "Day of the latest score", is_day=True),
        stored(model, "latest_band", "Severity band of the latest score", values=_bands(reading)),
        stored(model, "change", "Latest minus baseline"),
        stored(model, "percent_change", "Change in percent of baseline", unit="%"),
        stored(model, "slope_per_week", "Straight line through all scores", unit="points a week"),
        stored(model, "reliable_change", "Reliable change since baseline", values=_codes(Category)),
        stored(model, "treatment_response", "Treatment response by the instrument's rule"),
        stored(model, "remission", "Remission by the instrument's rule", values=REMISSION),
    ]
    rows = model.objects.filter(episode__in=reading.episodes).order_by("instrument", "scale")
    meaning = "One line per course: what was concluded from the scores of one scale."
    return [reading.table("courses", meaning, rows, columns)]


def flags(reading: Reading) -> list[Table]:
    columns = [
        *_judged_scale(reading, CourseFlag),
        stored(CourseFlag, "kind", "What was noticed", values=_codes(FlagKind)),
        stored(CourseFlag, "day", "Day of the first score that showed it", is_day=True),
    ]
    found = CourseFlag.objects.filter(episode__in=reading.episodes).exclude(state=FlagState.WITHDRAWN)
    meaning = (
        "One line per relapse, recurrence, deterioration or treatment response lost or missing that the scores "
        "support."
    )
    return [reading.table("flags", meaning, found.order_by("day", "pk"), columns)]


TABLES: dict[str, tuple[str, Build]] = {
    "episodes": (marked("Treatment episodes: sex, age band, diagnosis, protocol, arm"), episodes),
    "medication": (marked("Standing medication with every change of dose"), medication),
    "sessions": (marked("Preparation, psychotherapy, dosing and integration sessions"), sessions),
    "doses": (marked("Doses given in dosing sessions"), doses),
    "scores": (marked("Scores of every scale, in long form"), scores),
    "answers": (marked("Answers to every item, one table per instrument"), answers),
    "conclusions": (marked("Diagnostic and screening rules, met or not"), conclusions),
    "courses": (marked("Courses: baseline, change, treatment response, remission"), courses),
    "flags": (marked("Relapse, recurrence, deterioration, treatment response lost or missing"), flags),
}
_ACUTE = Column(
    "acute",
    "text",
    "Why the scores of this assessment are kept but not used for baseline, treatment response, remission, relapse "
    "or deterioration; empty where they are used",
    values=tuple(REASONS.items()),
    follows=TOLD_BY_A_DOSE,
)
# Two releases can be put side by side by their scores, so the quasi-identifiers of all of them count in each.
QUASI_TABLES = ("episodes", "medication", "doses")


def read_tables(reading: Reading, names: Collection[str]) -> dict[str, list[Table]]:
    """The tables asked for and those that carry quasi-identifiers, by the name they are asked for by."""
    wanted = [name for name in TABLES if name in names or name in QUASI_TABLES]
    return {name: TABLES[name][1](reading) for name in wanted}


def _session_number(reading: Reading, path: str) -> Numbered:
    column = Column("session", "number", "Session, numbered within the episode")
    return Numbered(column, path, reading.session_numbers)


def _about_assessment(
    reading: Reading, path: str = "", pk: str = "assessment_id"
) -> list[Stored | Numbered | Told]:
    """What says which assessment a line belongs to, and how it came about."""
    number = Column("assessment", "number", "Assessment, numbered within the episode; joins the tables")
    instruments = reading.instruments
    versions = closed((each.version, "") for each in instruments)
    wordings = tuple((one.value, str(one.label)) for one in Wording)
    return [
        Numbered(number, pk, reading.assessment_numbers),
        _of_assessment(path, "instrument", "Instrument", _titles(reading)),
        _of_assessment(path, "version", "Version of the instrument", versions),
        replace(
            _of_assessment(path, "wording", "Whose wording was shown", wordings),
            coarse=_whose_wording,
        ),
        _of_assessment(path, "source", "Who answered"),
        _of_assessment(path, "time_point", "Time point of the protocol"),
        stored(
            Assessment, "assessed_on", "Day that the answers speak of", path=f"{path}assessed_on", name="day"
        ),
        Told(_ACUTE, pk, reading.acute),
    ]


def _whose_wording(stored_name: str) -> str:
    """A pack of the site by that alone: its language would set the few apart who speak it."""
    return stored_name if stored_name in Wording.values else Wording.SITE.value


def _of_assessment(path: str, field: str, meaning: str, values: Values = ()) -> Stored:
    return stored(Assessment, field, meaning, path=f"{path}{field}", values=values)


def _answers(reading: Reading, versions: list[Instrument]) -> Table:
    """Every version's items side by side; an item that a version does not have is empty. Free text stays."""
    check_may_leave(Assessment, "answers")
    newest = versions[-1]
    rows = reading.assessments.filter(instrument=newest.key).order_by("assessed_on", "pk")
    about = reading.table(
        f"answers_{newest.key}", f"One line per {newest.title}.", rows, _about_assessment(reading, pk="pk")
    )
    items = {item.code: item for version in versions for item in version.items if item.kind != "text"}
    columns = (*about.columns, *(_item_column(newest.key, item) for item in items.values()))
    lines = zip(
        about.rows.itertuples(index=False, name=None), rows.values_list("answers", flat=True), strict=True
    )
    records = [(*line, *(given.get(code) for code in items)) for line, given in lines]
    return replace(about, columns=columns, rows=framed(records, columns))


def _item_column(key: str, item: Item) -> Column:
    kind: Kind = "true_false" if item.kind == "boolean" else "number"
    values = tuple((f"{option.value:g}", option.label) for option in item.options)
    return Column(f"{key}_{item.code}", kind, item.label, values=values)


def _judged_scale(reading: Reading, model: type[EpisodeCourse | CourseFlag]) -> list[Stored]:
    return [
        stored(model, "instrument", "Instrument", values=_titles(reading)),
        stored(model, "scale", "Scale that change is judged on", values=_scales(reading)),
    ]


def _titles(reading: Reading) -> Values:
    return closed((each.key, each.title) for each in reading.instruments)


def _scales(reading: Reading) -> Values:
    return closed((scale.key, scale.title) for each in reading.instruments for scale in each.scales)


def _bands(reading: Reading) -> Values:
    scales = (scale for each in reading.instruments for scale in each.scales)
    return closed(
        (band.key, band.label) for scale in scales for bands in scale.band_sets for band in bands.bands
    )


def _codes(listed: object) -> Values:
    """The codes of a closed list of the statistics, which speak for themselves."""
    return tuple((code, "") for code in get_args(listed))
