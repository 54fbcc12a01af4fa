"""What the pages of asking and rating read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from measures import scoring
from measures.errors import AnswerError
from measures.instrument import Band, Instrument, Scale
from measures.scoring import ScaleResult
from tracking.models import Assessment, AssessmentRequest, TreatmentEpisode, Unblinding, User
from tracking.rules.policies.days import local_today
from tracking.rules.policies.instruments import Shelf, declared_scales, offered
from tracking.rules.policies.rating import raters_of
from tracking.rules.policies.wordings import Wordings
from tracking.vocabulary import RequestStatus


@dataclass(frozen=True, slots=True)
class RunningScore:
    """One scale while it is being rated: the sum so far, and the band once it is complete."""

    scale: Scale
    result: ScaleResult
    band: Band | None

    @property
    def items(self) -> int:
        return self.result.items_answered + self.result.items_missing

    @property
    def shown(self) -> float:
        """The score once it is complete, until then the sum so far."""
        return self.result.partial if self.result.value is None else self.result.value

    @property
    def is_of_sum(self) -> bool:
        """Whether the sum so far is on the way to the score: a mean or a percentage has another range."""
        return self.scale.rule not in {"mean", "percent_of_max"}


def running_scores(instrument: Instrument, answers: Mapping[str, object]) -> list[RunningScore]:
    """Every scale as far as it goes, the one that change is judged on first. An answer that cannot be taken
    counts as none here; submitting names it."""
    taken = {}
    for item in instrument.items:
        try:
            taken[item.code] = scoring.check_answer(item, answers.get(item.code))
        except AnswerError:
            continue
    results = scoring.score(instrument, taken).scales
    primary = instrument.primary_scale
    scales = [primary, *(scale for scale in instrument.scales if scale is not primary)]
    return [RunningScore(scale, results[scale.key], _band(scale, results[scale.key])) for scale in scales]


def _band(scale: Scale, result: ScaleResult) -> Band | None:
    if result.value is None:
        return None
    return next((band for band in scale.bands if band.key == result.band), None)


def is_of_team(user: User, episode: TreatmentEpisode) -> bool:
    """Whether the user treats this patient. Whoever does not, and may rate, rates blind."""
    return TreatmentEpisode.objects.visible_to(user).filter(pk=episode.pk).exists()


def open_self_reports(episode: TreatmentEpisode) -> QuerySet[AssessmentRequest]:
    """What the patient of this episode is asked today, on screen or on paper."""
    return _in_window(episode).filter(rater="self")


def by_language(requests: Iterable[AssessmentRequest]) -> dict[str, list[AssessmentRequest]]:
    """What patients can answer in each language of a sitting: the languages in which most can be, first."""
    wordings, found = Wordings(), dict[str, list[AssessmentRequest]]()
    for one in requests:
        for language in wordings.languages_of(one):
            found.setdefault(language, []).append(one)
    return dict(sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0])))


def asked_on_paper(requests: Iterable[AssessmentRequest]) -> list[tuple[AssessmentRequest, Instrument]]:
    """Those of the self-reports that have no wording in which they may be asked on screen."""
    wordings, shelf = Wordings(), Shelf()
    asked = [(one, shelf.get(one.instrument, one.version)) for one in requests]
    return [(one, instrument) for one, instrument in asked if wordings.is_on_paper(one, instrument)]


def open_requests_for(
    user: User, episode: TreatmentEpisode, instrument: Instrument
) -> list[AssessmentRequest]:
    """What is asked today and a form of this user's would answer: what is free, and what was assigned to this
    user, unless the user may not rate blind any more."""
    free = Q(assigned_to=None, blinded=False) | Q(assigned_to=user)
    if Unblinding.objects.barring(user).filter(episode=episode).exists():
        free &= Q(blinded=False)
    return list(_in_window(episode).filter(free, instrument=instrument.key, rater=instrument.rater))


def sheets_of_day(user: User, episode: TreatmentEpisode, instrument: str, day: date) -> QuerySet[Assessment]:
    """What is on record of an instrument of one day, for whoever treats the patient: a rater who is blind must not
    learn that somebody else has rated. Not what a blind rater rated, and not what belongs to a session, where it is
    asked at several moments."""
    if not is_of_team(user, episode):
        return Assessment.objects.none()
    rows = Assessment.objects.current().filter(episode=episode, instrument=instrument, assessed_on=day)
    rows = rows.filter(session=None).exclude(request__blinded=True)
    return rows.select_related("recorded_by").order_by("recorded_at", "pk")


def _in_window(episode: TreatmentEpisode) -> QuerySet[AssessmentRequest]:
    today = local_today(episode.patient)
    window = episode.requests.filter(opens_on__lte=today, closes_on__gte=today)
    return window.filter(status=RequestStatus.OPEN)


def instruments_to_ask(episode: TreatmentEpisode) -> list[Instrument]:
    """Every instrument with items that the patient's site has, the latest version of each, by title."""
    known = offered(episode.patient.team.site)
    return sorted((one for one in known if one.items), key=_by_title)


def totals_to_record(episode: TreatmentEpisode) -> list[Instrument]:
    """The instruments of which a total alone can be recorded, by title: what the study has declared, and what
    ships or is the site's own without items."""
    declared = {one.key: one for one in declared_scales(episode.study)}
    known = {one.key: one for one in offered(episode.patient.team.site) if not one.items}
    return sorted((known | declared).values(), key=_by_title)


def _by_title(one: Instrument) -> str:
    return one.short_title.casefold()


def raters_for(episode: TreatmentEpisode) -> QuerySet[User]:
    """Independent raters of the patient's site (or of every site), who may be given a rating."""
    return raters_of(episode.patient.team.site)


def ratings_due(user: User) -> list[AssessmentRequest]:
    """The ratings that were assigned to this user and can be made today."""
    rows = AssessmentRequest.objects.visible_to(user).open().filter(assigned_to=user, rater="clinician")
    due = rows.select_related("episode__patient").order_by(
        "episode__patient__study_code",
        "instrument",
        "public_id",  # never by day: the order would tell the visit
    )
    return [one for one in due if one.opens_on <= local_today(one.episode.patient) <= one.closes_on]


def ratings_made(user: User) -> QuerySet[Assessment]:
    """The latest versions of this user's own ratings that may still be corrected, newest first."""
    rows = Assessment.objects.open_to_rater(user).current()
    return rows.select_related("episode__patient").order_by("-recorded_at", "-pk")
