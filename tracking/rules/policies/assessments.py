"""When an assessment may be recorded, and by whom. Each raises a ``TrackingError`` with the reason in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from measures.instrument import Instrument
from measures.language import marked
from tracking import clock
from tracking.errors import Conflict, InvalidInput, NotPermitted
from tracking.models import (
    Assessment,
    AssessmentRequest,
    DraftAnswers,
    EntryDraft,
    SittingLink,
    TreatmentEpisode,
    TreatmentSession,
    Unblinding,
    User,
)
from tracking.rules.entry_drafts import Becomes, Sent, becomes_of
from tracking.rules.policies.days import local_day
from tracking.vocabulary import AnswerSource, RequestStatus

RATED_WITHIN = timedelta(days=7)  # policy of ours
# Policy of ours: midnight does not cut off a sitting that was begun before it.
FINISHED_WITHIN = timedelta(days=1)
TWO_SHEETS = "two_sheets"  # the field that says that there were
ELSEWHERE = marked(
    "this form was gone on with in another window: open it again, so that nothing typed there is undone"
)


def check_request_open(request: AssessmentRequest, today: date) -> None:
    """The request is open and inside its window."""
    if request.status == RequestStatus.CANCELLED:
        raise Conflict(_("this questionnaire is not asked any more"))
    if request.status != RequestStatus.OPEN:
        raise Conflict(_("this questionnaire has already been received"))
    if today < request.opens_on:
        raise Conflict(_("this questionnaire is not open yet"))
    if today > request.closes_on:
        raise Conflict(_("the time for this questionnaire has passed"))


def check_may_finish(request: AssessmentRequest, today: date) -> None:
    """The patient may send it: it is open, or was until a day ago, was begun before that, and its protocol lets it
    count."""
    if not can_be_finished(request, today):
        check_request_open(request, today)


def can_be_finished(request: AssessmentRequest, today: date) -> bool:
    """Whether the patient may still send what was begun in time."""
    return request.finish_late and is_being_finished(request, today)


def check_is_kept(request: AssessmentRequest, today: date) -> None:
    """An answer of the patient's is kept as long, also where the protocol does not let it count: the team sees it."""
    if not is_being_finished(request, today):
        check_request_open(request, today)


def is_being_finished(request: AssessmentRequest, today: date) -> bool:
    """Whether the time of an open request ended within the last day, while the patient was answering it."""
    ended = request.closes_on < today <= request.closes_on + FINISHED_WITHIN
    return ended and request.status == RequestStatus.OPEN and _was_begun(request)


def _was_begun(request: AssessmentRequest) -> bool:
    """Whether an answer has arrived, or *Start* was pressed in the time of the request: what was answered since may
    still be on the patient's device."""
    if DraftAnswers.objects.filter(request=request).exists():
        return True
    opened = SittingLink.objects.filter(requests=request, opened_at__isnull=False, revoked_at=None)
    days = [local_day(request.episode.patient, link.opened_at) for link in opened if link.opened_at]
    return any(request.opens_on <= day <= request.closes_on for day in days)


def check_draft_seen(request: AssessmentRequest, seen: int) -> None:
    """Whoever enters a form that the patient is answering has seen all that was answered: ``seen`` is the number of
    the latest answer that was shown, 0 for none."""
    draft = DraftAnswers.objects.filter(request=request).first()
    if draft and max(draft.numbers.values(), default=0) > seen:
        raise InvalidInput(
            "request", _("the patient is answering this: look at what was answered, then submit again")
        )


def asking_for(requests: Iterable[AssessmentRequest], day: date) -> list[AssessmentRequest]:
    """Those of these requests that ask for an assessment of this day. One of an earlier day answers none of them."""
    return [one for one in requests if one.opens_on <= day <= one.closes_on]


def check_unasked(requests: Iterable[AssessmentRequest], day: date) -> None:
    """Nothing of this day was asked for: else it would be on record twice, here and under what was asked."""
    asked = asking_for(requests, day)
    if asked:
        due = ", ".join(date_format(one.due_on, "MONTH_DAY_FORMAT") for one in asked)
        words = _("this was asked for, due {due}: answer that request, so that it counts as done")
        raise Conflict(words.format(due=due))


def check_entered_once(
    of_that_day: Iterable[Assessment], instrument: Instrument, content: Mapping[str, object], two_sheets: bool
) -> None:
    """What the staff enter is not of a day of which the same instrument is on record, unless they have said that there
    were two sheets. ``of_that_day``: what is on record, without this submission itself; ``content``: the answers, or
    the totals."""
    known = list(of_that_day)
    if known and not two_sheets:
        words = _("{instrument} of {day} is on record already: were there two sheets that day")
        if any(says_the_same(one, content) for one in known):
            words = _(
                "{instrument} of {day} is on record already and says the same: were there two sheets that day"
            )
        day = date_format(known[0].assessed_on, "DATE_FORMAT")
        raise InvalidInput(TWO_SHEETS, words.format(instrument=instrument.short_title, day=day))


def says_the_same(known: Assessment, content: Mapping[str, object]) -> bool:
    """Whether this is what is on record: an answer that was left out is one that is not named."""
    return _given(known.answers or known.entered_totals) == _given(content)


def _given(content: Mapping[str, object]) -> dict[str, object]:
    return {code: answer for code, answer in content.items() if answer is not None}


def check_version_asked(request: AssessmentRequest, instrument: Instrument) -> None:
    """The answers are to the questions of the version that was asked for."""
    if request.version != instrument.version:
        words = _("this was filled in in version {version}, but version {asked} was asked for")
        raise Conflict(words.format(version=instrument.version, asked=request.version))


def check_not_behind(draft: EntryDraft | None, sent: Sent) -> Becomes:
    """What becomes of this state of a form of the staff. Raises ``Conflict`` when another window went on with it."""
    found = becomes_of(sent, draft.window if draft else None, draft.number if draft else 0)
    if found == "behind":
        raise Conflict(_(ELSEWHERE))
    return found


def check_source(instrument: Instrument, source: AnswerSource) -> None:
    """A self-report comes from the patient or is entered for the patient; a rating comes from a clinician."""
    rated = source == AnswerSource.CLINICIAN
    if rated != (instrument.rater == "clinician"):
        words = _("{instrument} cannot come from this source")
        raise InvalidInput("source", words.format(instrument=instrument.short_title))


def check_may_rate(request: AssessmentRequest, by: User | None) -> None:
    """A rating that was assigned to one person is made by that person: the therapist is not the rater. A blinded
    one is made by nobody else even before it is assigned, and by nobody who knows the treatment."""
    person = by.pk if by else None
    if request.rater != "clinician":
        return
    if request.blinded and request.assigned_to_id is None:
        raise NotPermitted(_("this rating waits for an independent rater"))
    if request.assigned_to_id not in (None, person):
        raise NotPermitted(_("this rating is assigned to somebody else"))
    if request.blinded and by and Unblinding.objects.barring(by).filter(episode=request.episode_id).exists():
        raise NotPermitted(_("whoever knows the treatment does not rate"))


def is_shown_blind(request: AssessmentRequest, today: date) -> bool:
    """Whether a rater who is blind may meet this rating: while it can be made, and once it was made, so that one
    sent twice is told so. Any other state would tell of the treatment's course."""
    can_be_made = request.status == RequestStatus.OPEN and request.opens_on <= today <= request.closes_on
    return can_be_made or request.status == RequestStatus.DONE


def check_rated_on(request: AssessmentRequest, assessed_on: date, today: date) -> None:
    """A blinded rating is entered within days of the interview. One sentence for every day that is not taken:
    which days are refused must not tell how long the patient has been in treatment."""
    first = min(request.episode.patient.enrolled_on, request.episode.starts_on)
    if request.blinded and not max(first, today - RATED_WITHIN) <= assessed_on <= today:
        raise InvalidInput("assessed_on", _("must be today or one of the few days before"))


def check_assessed_on(episode: TreatmentEpisode, assessed_on: date, today: date) -> None:
    """Not in the future, not before the patient was enrolled."""
    if assessed_on > today:
        raise InvalidInput("assessed_on", _("the day of the assessment lies in the future"))
    if assessed_on < min(episode.patient.enrolled_on, episode.starts_on):
        raise InvalidInput("assessed_on", _("the day of the assessment is before the patient was enrolled"))


def check_in_session(
    episode: TreatmentEpisode,
    session: TreatmentSession | None,
    assessed_at: datetime | None,
    assessed_on: date,
) -> None:
    """The session is one of the episode that stands, and the moment is of the day that is stated."""
    if session and session.episode_id != episode.pk:
        raise InvalidInput("session", _("belongs to another episode"))
    if session and session.voided_at:
        raise Conflict(_("this session was taken back"))
    if assessed_at is None:
        return
    if assessed_at > clock.now():
        raise InvalidInput("assessed_at", _("lies in the future"))
    if local_day(episode.patient, assessed_at) != assessed_on:
        raise InvalidInput("assessed_at", _("is a moment of another day than the assessment"))


def check_has_answers(assessment: Assessment) -> None:
    """Of imported totals no item is known: answers put in their place would be made up."""
    if not assessment.has_answers:
        raise Conflict(_("only totals were recorded here, so there is no answer to correct"))


def check_totals_alone(assessment: Assessment) -> None:
    """Where items were recorded the answers are corrected, and the totals follow from them."""
    if assessment.has_answers:
        raise Conflict(_("answers were recorded here: correct them, and the totals follow"))


def check_latest_version(assessment: Assessment) -> None:
    """Only the latest version may be corrected; two people at once cannot both win."""
    if Assessment.objects.filter(supersedes=assessment).exists():
        raise Conflict(_("this assessment was corrected by somebody else in the meantime"))
