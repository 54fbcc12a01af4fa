"""What the pages about completed assessments read: answers in words, scores, conclusions, versions."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from measures.instrument import Band, BandSet, Instrument, Item, Scale
from measures.language import figure, marked
from measures.levels import level_in_words, levels_of
from measures.scales import band_in
from measures.scoring import Answer, skipped
from tracking.models import Assessment, ScaleScore, User, WordingPack
from tracking.queries.acute import acute_marks
from tracking.rules.acute import Acute
from tracking.rules.policies.days import is_late, was_after_window
from tracking.rules.policies.instruments import instrument_of
from tracking.rules.policies.wordings import in_words_of, pack_of_assessment
from tracking.vocabulary import AnswerSource, Wording

DECIDED = {
    True: marked("Met"),
    False: marked("Not met"),
    None: marked("Cannot be decided: it hangs on missing answers"),
}


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One item and what was answered. ``words`` is ``None`` where no answer was given; ``needed``: whether
    one was needed, given the others."""

    item: Item
    words: str | None
    value: Answer
    needed: bool


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One scale of one assessment beside its definition."""

    scale: Scale
    score: ScaleScore
    band: Band | None
    band_set: BandSet | None

    @property
    def other_readings(self) -> list[tuple[BandSet, Band]]:
        """What the same score is called in the other published sets of bands."""
        best = self.score.best
        if best is None:
            return []
        others = [one for one in self.scale.band_sets if one.key != self.score.band_set]
        return [(one, band) for one in others if (band := band_in(one, best))]

    @property
    def items(self) -> int:
        return self.score.items_answered + self.score.items_missing


@dataclass(frozen=True, slots=True)
class OutcomeLine:
    title: str
    met: bool | None

    @property
    def words(self) -> str:
        return _(DECIDED[self.met])


@dataclass(frozen=True, slots=True)
class LevelLine:
    """One set of ordered categories, and the one that the answers come to."""

    title: str
    words: str


@dataclass(frozen=True, slots=True)
class AssessmentView:
    """One assessment, ready to be read."""

    assessment: Assessment
    instrument: Instrument
    pack: WordingPack | None
    answers: list[AnswerLine]
    scores: list[ScoreLine]
    outcomes: list[OutcomeLine]
    levels: list[LevelLine]
    versions: list[Assessment]
    acute: Acute | None = None

    @property
    def is_late(self) -> bool:
        return is_late(self.assessment)

    @property
    def is_after_window(self) -> bool:
        return was_after_window(self.assessment)

    @property
    def is_current(self) -> bool:
        return self.latest.pk == self.assessment.pk

    @property
    def has_bands(self) -> bool:
        return any(line.band_set for line in self.scores)

    @property
    def latest(self) -> Assessment:
        return self.versions[-1]

    @property
    def entered(self) -> list[tuple[str, float]]:
        """Totals of the imported file beside items that were scored here, where they differ."""
        scored = {line.scale.key: line for line in self.scores if line.items}
        totals = self.assessment.entered_totals
        return [
            (line.scale.title, totals[key])
            for key, line in scored.items()
            if key in totals and totals[key] != line.score.value
        ]

    @property
    def entered_in_words(self) -> str:
        return ", ".join(f"{_(title)} {figure(round(total, 1))}" for title, total in self.entered)

    @property
    def can_be_corrected(self) -> bool:
        return self.is_current

    @property
    def is_blinded(self) -> bool:
        return bool(self.assessment.request and self.assessment.request.blinded)

    @property
    def is_second(self) -> bool:
        return bool(self.assessment.request and self.assessment.request.second_of_id)

    @property
    def can_be_repeated(self) -> bool:
        """Whether another rater can be asked to rate the same occasion."""
        first = self.is_blinded and not self.is_second
        return first and getattr(self.assessment.request, "second_rating", None) is None

    @property
    def wording(self) -> str:
        """Whose words were on the screen. A pack of another site, where the patient was before, is named."""
        if self.pack:
            words = _("Wording {label}, supplied by the site: {source}")
            return words.format(label=self.pack.label, source=self.pack.source)
        known = self.assessment.wording in Wording.values
        if known:
            return str(Wording(self.assessment.wording).label)
        return _("Wording {label}.").format(label=self.assessment.wording)


def with_people(rows: QuerySet[Assessment]) -> QuerySet[Assessment]:
    """The rows with everybody that a page names."""
    return rows.select_related(
        "episode__patient__identity",
        "episode__patient__team",
        "episode__study",
        "rater",
        "recorded_by",
        "request__second_rating",
    )


def assessment_view(assessment: Assessment, versions: QuerySet[Assessment]) -> AssessmentView:
    """Everything that the page of one assessment shows, in the words in which it was answered. ``versions``:
    the rows that the reader may see. ``acute`` speaks of a dose and is not for a blinded rater."""
    pack = pack_of_assessment(assessment)
    instrument = in_words_of(
        pack, instrument_of(assessment.instrument, assessment.version, assessment.episode.study)
    )
    return AssessmentView(
        assessment=assessment,
        instrument=instrument,
        pack=pack,
        answers=answer_lines(instrument, assessment.answers) if assessment.has_answers else [],
        scores=_score_lines(instrument, assessment),
        outcomes=_outcome_lines(instrument, assessment),
        levels=_level_lines(instrument, assessment),
        versions=_chain(assessment, versions),
        acute=acute_marks([assessment]).get(assessment.pk),
    )


def answer_lines(instrument: Instrument, answers: dict[str, Answer]) -> list[AnswerLine]:
    """Each item with its answer in words."""
    left_out = skipped(instrument, answers)
    return [
        AnswerLine(item, in_words(item, answer), answer, needed=item.code not in left_out)
        for item in instrument.items
        for answer in [answers.get(item.code)]
    ]


def in_words(item: Item, answer: Answer) -> str | None:
    """The label of an answer, the number with its unit where there is none, ``None`` for no answer."""
    if answer is None or isinstance(answer, str):
        return answer
    if item.kind == "boolean":
        words = {option.value: option.label for option in item.options}  # only a wording pack has them
        return words.get(1, _("Yes")) if answer else words.get(0, _("No"))
    return next(
        (option.label for option in item.options if option.value == answer),
        f"{figure(answer)} {item.unit}".strip(),
    )


def _score_lines(instrument: Instrument, assessment: Assessment) -> list[ScoreLine]:
    stored = {score.scale: score for score in assessment.scores.all()}
    return [_score_line(scale, stored[scale.key]) for scale in instrument.scales if scale.key in stored]


def _score_line(scale: Scale, score: ScaleScore) -> ScoreLine:
    band_set = next((one for one in scale.band_sets if one.key == score.band_set), None)
    bands = band_set.bands if band_set else ()
    return ScoreLine(scale, score, next((band for band in bands if band.key == score.band), None), band_set)


def _level_lines(instrument: Instrument, assessment: Assessment) -> list[LevelLine]:
    found = levels_of(instrument, {result.outcome: result.met for result in assessment.outcomes.all()})
    return [
        LevelLine(levels.title, level_in_words(levels, found[levels.key])) for levels in instrument.levels
    ]


def _outcome_lines(instrument: Instrument, assessment: Assessment) -> list[OutcomeLine]:
    stored = {result.outcome: result.met for result in assessment.outcomes.all()}
    return [OutcomeLine(one.title, stored[one.key]) for one in instrument.outcomes if one.key in stored]


def _chain(assessment: Assessment, versions: QuerySet[Assessment]) -> list[Assessment]:
    """All versions of this assessment among ``versions``, oldest first."""
    same = versions.filter(episode=assessment.episode_id, instrument=assessment.instrument)
    rows = {row.pk: row for row in same.select_related("recorded_by").order_by("pk")}
    following = {row.supersedes_id: row for row in rows.values() if row.supersedes_id}
    first = rows[assessment.pk]
    while first.supersedes_id in rows:
        first = rows[first.supersedes_id]
    chain = [first]
    while chain[-1].pk in following:
        chain.append(following[chain[-1].pk])
    return chain


def latest_of(assessment: Assessment) -> Assessment:
    """The version that counts now, for whoever may see any of them."""
    rows = Assessment.objects.filter(episode=assessment.episode_id)
    return _chain(assessment, rows)[-1]


def own_self_reports(user: User) -> QuerySet[Assessment]:
    """What this patient has answered, latest versions, newest first."""
    rows = Assessment.objects.visible_to(user).current().filter(source=AnswerSource.SELF)
    mine = rows.filter(episode__patient__user=user)
    return mine.prefetch_related("scores").order_by("-assessed_on", "-pk")
