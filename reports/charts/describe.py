"""A time line in words and in tables, for those who cannot see it and those who want the numbers."""

from measures.language import beside, ngettext
from measures.language import gettext as _
from reports.charts.labels import number
from reports.charts.lanes import bar_words, dose_words
from reports.charts.records import DataTable, ScorePanel, ScorePoint, Timeline


def describe_timeline(course: Timeline) -> str:
    """Say what the picture shows: number of scores, the first and the last, doses, flags, the zero."""
    sentences = [_panel_sentence(panel) for panel in course.panels]
    if course.doses:
        given = (
            _("{dose} on day {day}").format(dose=dose_words(dose), day=number(dose.day))
            for dose in course.doses
        )
        sentences.append(_("Doses: {doses}.").format(doses=beside(given, ";")))
    if last := course.last_dose:
        words = _("Last dose of {medication} on day {day}.")
        sentences.append(words.format(medication=last.medication, day=number(last.day)))
    for panel in course.panels:
        for flag in panel.flags:
            words = _("Day {day}: {flag} ({scale}).")
            sentences.append(words.format(day=number(flag.day), flag=flag.label, scale=panel.title))
    return " ".join([*sentences, _("Day 0 is {zero}.").format(zero=course.zero)])


def _panel_sentence(panel: ScorePanel) -> str:
    scored = sorted((point for point in panel.points if point.value is not None), key=lambda point: point.day)
    if not scored:
        return _("{scale}: no scores yet.").format(scale=panel.title)
    first, last = (
        _("{score} on day {day}").format(score=number(p.value), day=number(p.day))
        for p in (scored[0], scored[-1])
        if p.value is not None
    )
    words = ngettext(
        "{scale}: one score, {first}.", "{scale}: {n} scores, from {first} to {last}.", len(scored)
    )
    return words.format(scale=panel.title, n=len(scored), first=first, last=last)


def timeline_tables(course: Timeline) -> list[DataTable]:
    """Return one table per panel, latest first, and one of the treatment."""
    return [*[_score_table(panel) for panel in course.panels], _treatment_table(course)]


def _score_table(panel: ScorePanel) -> DataTable:
    points = sorted(panel.points, key=lambda point: point.day, reverse=True)
    columns = (_("day"), _("score"), _("band"), _("source"), _("note"))
    caption = beside([panel.title, panel.subtitle])
    return DataTable(caption, columns, tuple(_score_row(panel, point) for point in points))


def _score_row(panel: ScorePanel, point: ScorePoint) -> tuple[str, ...]:
    value = _("no score") if point.value is None else number(point.value)
    flags = [flag.label for flag in panel.flags if flag.day == point.day]
    notes = beside([*([point.note] if point.note else []), *flags], ";")
    band = _(point.band) if point.band else ""
    return number(point.day), value, band, point.source.words, notes


def _treatment_table(course: Timeline) -> DataTable:
    rows = [
        (bar.start, _("ongoing") if bar.end is None else number(bar.end), bar_words(bar))
        for bar in course.medication
    ]
    if last := course.last_dose:
        rows.append(
            (last.day, number(last.day), _("{medication}, last dose").format(medication=last.medication))
        )
    rows += [(dose.day, number(dose.day), dose_words(dose)) for dose in course.doses]
    rows += [(tick.day, number(tick.day), tick.label) for lane in course.sessions for tick in lane.sessions]
    cells = tuple((number(start), end, what) for start, end, what in sorted(rows))
    return DataTable(_("Treatment"), (_("from day"), _("to day"), _("what")), cells)
