"""A time line in words and in tables, for those who cannot see it and those who want the numbers."""

from reports.charts.labels import number
from reports.charts.lanes import bar_words, dose_words
from reports.charts.records import DataTable, ScorePanel, ScorePoint, Timeline


def describe_timeline(course: Timeline) -> str:
    """Say what the picture shows: number of scores, the first and the last, doses, flags, the zero."""
    sentences = [_panel_sentence(panel) for panel in course.panels]
    if course.doses:
        doses = "; ".join(f"{dose_words(dose)} on day {number(dose.day)}" for dose in course.doses)
        sentences.append(f"Doses: {doses}.")
    if course.last_dose:
        sentences.append(f"Last dose of {course.last_dose.medication} on day {number(course.last_dose.day)}.")
    flags = [(flag, panel.title) for panel in course.panels for flag in panel.flags]
    sentences += [f"Day {number(flag.day)}: {flag.label} ({title})." for flag, title in flags]
    return " ".join([*sentences, f"Day 0 is {course.zero}."])


def _panel_sentence(panel: ScorePanel) -> str:
    scored = sorted((point for point in panel.points if point.value is not None), key=lambda point: point.day)
    if not scored:
        return f"{panel.title}: no scores yet."
    ends = [
        f"{number(p.value)} on day {number(p.day)}" for p in (scored[0], scored[-1]) if p.value is not None
    ]
    count = (
        f"{len(scored)} scores, from {ends[0]} to {ends[1]}" if len(scored) > 1 else f"one score, {ends[0]}"
    )
    return f"{panel.title}: {count}."


def timeline_tables(course: Timeline) -> list[DataTable]:
    """Return one table per panel, latest first, and one of the treatment."""
    return [*[_score_table(panel) for panel in course.panels], _treatment_table(course)]


def _score_table(panel: ScorePanel) -> DataTable:
    points = sorted(panel.points, key=lambda point: point.day, reverse=True)
    columns = ("day", "score", "band", "source", "note")
    return DataTable(
        f"{panel.title}, {panel.subtitle}", columns, tuple(_score_row(panel, point) for point in points)
    )


def _score_row(panel: ScorePanel, point: ScorePoint) -> tuple[str, ...]:
    value = "no score" if point.value is None else number(point.value)
    flags = [flag.label for flag in panel.flags if flag.day == point.day]
    notes = "; ".join([*([point.note] if point.note else []), *flags])
    return number(point.day), value, point.band, point.source.value, notes


def _treatment_table(course: Timeline) -> DataTable:
    rows = [
        (bar.start, "ongoing" if bar.end is None else number(bar.end), bar_words(bar))
        for bar in course.medication
    ]
    if last := course.last_dose:
        rows.append((last.day, number(last.day), f"{last.medication}, last dose"))
    rows += [(dose.day, number(dose.day), dose_words(dose)) for dose in course.doses]
    rows += [(tick.day, number(tick.day), tick.label) for lane in course.sessions for tick in lane.sessions]
    cells = tuple((number(start), end, what) for start, end, what in sorted(rows))
    return DataTable("Treatment", ("from day", "to day", "what"), cells)
