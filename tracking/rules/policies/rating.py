"""Who may rate a patient blind. Each check raises the reason; whom it is about stands in none of them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from tracking.errors import Conflict, InvalidInput, NotPermitted
from tracking.models import (
    Assessment,
    AssessmentRequest,
    BreakGlass,
    Membership,
    PatientTransfer,
    Presence,
    Site,
    TreatmentEpisode,
    Unblinding,
    User,
    current,
)
from tracking.rules.policies.days import local_day
from tracking.rules.policies.transfers import clinicians_of
from tracking.vocabulary import RequestStatus, Role, Standing

LONGEST_REASON = 2000


def raters_of(site: Site) -> QuerySet[User]:
    """Independent raters of a site, or of every site."""
    here = Q(role_grants__site=None) | Q(role_grants__site=site)
    grant = current("role_grants__") & Q(role_grants__role=Role.RATER) & here
    return User.objects.filter(grant, is_active=True).distinct().order_by("name", "pk")


def team_of(episode: TreatmentEpisode) -> QuerySet[User]:
    """The clinicians who treat the patient now."""
    return clinicians_of(episode.patient.team)


def therapists(episode: TreatmentEpisode) -> set[int]:
    """Whoever was in the room in a session of this episode that stands."""
    rows = Presence.objects.filter(session__episode=episode, session__voided_at__isnull=True)
    return set(rows.values_list("user", flat=True))


def giving_sessions(episode: TreatmentEpisode) -> set[int]:
    """Whoever was in the room in a session that stands, of anybody whom the patient's care team treats. Of the whole
    team and not of this episode alone: in an arm without sessions nobody was in the room, and who may choose there
    would tell that arm."""
    rows = Presence.objects.filter(
        session__episode__patient__team=episode.patient.team_id, session__voided_at__isnull=True
    )
    return set(rows.values_list("user", flat=True))


def treating(episode: TreatmentEpisode) -> set[int]:
    """Whoever was of a care team that has treated the patient since the episode began, or in the room."""
    since = Q(ends_on__isnull=True) | Q(ends_on__gte=episode.starts_on)
    members = Membership.objects.filter(since, team__in=teams_since(episode)).exclude(
        standing=Standing.REFUSED
    )
    return set(members.values_list("user", flat=True)) | therapists(episode)


def teams_since(episode: TreatmentEpisode) -> set[int]:
    """The care team of the patient, and those before it that the patient was in since the episode began; of a record
    that was merged, those of both."""
    patient = episode.patient
    of_both = Q(patient=patient) | Q(patient__merged_into=patient)
    left = [
        row.from_team_id
        for row in PatientTransfer.objects.filter(of_both)
        if local_day(patient, row.transferred_at) >= episode.starts_on
    ]
    return {patient.team_id, *left}


def barred(episode: TreatmentEpisode) -> set[int]:
    """Whoever was told the treatment, has said to know it, has asked to be told, or has read it in an emergency."""
    known = Unblinding.objects.filter(Q(approved=True) | Q(approved__isnull=True), episode=episode)
    read = BreakGlass.objects.filter(patient=episode.patient_id)
    return {*known.values_list("rater", flat=True), *read.values_list("user", flat=True)}


def rates_the_same(request: AssessmentRequest) -> set[int]:
    """Whoever is to make, or has made, the other rating of the same occasion."""
    pair = Q(second_of=request.pk) | Q(pk=request.second_of_id)
    others = AssessmentRequest.objects.filter(pair).exclude(status=RequestStatus.CANCELLED)
    return set(others.exclude(assigned_to=None).values_list("assigned_to", flat=True))


def rating_blind(episode: TreatmentEpisode) -> set[int]:
    """Whoever is to make, or has made, a blinded rating of this episode."""
    asked = AssessmentRequest.objects.filter(episode=episode, blinded=True, assigned_to__isnull=False)
    return set(asked.exclude(status=RequestStatus.CANCELLED).values_list("assigned_to", flat=True))


def check_takes_rater(request: AssessmentRequest) -> None:
    """Only a blinded rating that is still open is given to somebody."""
    if not request.blinded:
        raise InvalidInput("request", _("is not a blinded rating"))
    if request.status != RequestStatus.OPEN:
        raise Conflict(_("this rating is no longer open"))


def check_may_choose(episode: TreatmentEpisode, by: User | None) -> None:
    """What a blind rater sees of a rating, its days and that it is theirs, is not chosen by whoever gives sessions:
    both could be made to say the arm."""
    if by is not None and by.pk in giving_sessions(episode):
        raise NotPermitted(
            _(
                "whoever gives sessions in this team neither names a blind rater nor sets the days of a blinded "
                "rating; it can be left to whoever is available, or to a colleague who gives none"
            )
        )


def check_rater(request: AssessmentRequest, rater: User, reason: str) -> str:
    """``rater`` may make this rating. Returns the reason that is kept: the given one for somebody of the
    treating team, who needs one, and none for anybody else."""
    episode, site = request.episode, request.episode.patient.team.site
    if rater.pk in rates_the_same(request):
        raise InvalidInput("rater", _("makes the other rating of the same occasion"))
    if rater.pk not in treating(episode):
        check_named(episode, rater, "rater")
        return ""
    check_stays_blind(episode, rater, "rater")
    if not (_has_pk(team_of(episode), rater) or _has_pk(raters_of(site), rater)):
        raise InvalidInput("rater", _("is no longer of the care team"))
    if not reason.strip():
        raise InvalidInput("reason", _("say why somebody of the treating team rates all the same"))
    if len(reason.strip()) > LONGEST_REASON:
        raise InvalidInput("reason", _("must not be longer than {n} characters").format(n=LONGEST_REASON))
    return reason.strip()


def check_is_handed_over(request: AssessmentRequest, to: User) -> None:
    """A rating that is not blind is made by somebody of the team, or by an independent rater of the site."""
    if request.rater != "clinician":
        raise InvalidInput("to", _("cannot answer for the patient: this is a self-report"))
    if request.blinded:
        raise InvalidInput("to", _("is not chosen here: who rates blind is assigned as such"))
    check_rates_none_blind(request.episode, to, "to")
    if not _has_pk(team_of(request.episode), to):
        check_named(request.episode, to, "to")


def check_rates_none_blind(episode: TreatmentEpisode, to: User, field: str) -> None:
    """What is not blinded may be asked in one arm alone: a blind rater of this patient is not given it."""
    if to.pk in rating_blind(episode):
        raise InvalidInput(field, _("rates this patient blind, and is given nothing that is not blinded"))


def check_named(episode: TreatmentEpisode, rater: User, field: str = "assigned_to") -> None:
    """``rater`` is an independent rater of the patient's site, and of no part of the treatment."""
    check_stays_blind(episode, rater, field)
    if rater.pk in treating(episode):
        raise InvalidInput(
            field, _("treats this patient: ask for the rating first, then assign it with a reason")
        )
    if not _has_pk(raters_of(episode.patient.team.site), rater):
        raise InvalidInput(field, _("is not an independent rater of this site"))


def check_stays_blind(episode: TreatmentEpisode, rater: User, field: str) -> None:
    """``rater`` was not in the room and does not know the treatment."""
    if rater.pk in therapists(episode):
        raise InvalidInput(field, _("was in the room in a session of this patient, so cannot rate blind"))
    if rater.pk in barred(episode):
        raise InvalidInput(field, _("knows the treatment of this patient, or has said so"))


def _has_pk(users: QuerySet[User], user: User) -> bool:
    return users.filter(pk=user.pk).exists()


def check_none_rates_blind(episode: TreatmentEpisode, people: Iterable[User]) -> None:
    """Nobody who rates this patient blind, or has done so, was in the room."""
    chosen = [person.pk for person in people]
    asked = AssessmentRequest.objects.filter(episode=episode, blinded=True, assigned_to__in=chosen)
    rated = Assessment.objects.filter(episode=episode, request__blinded=True, rater__in=chosen)
    if rated.exists() or asked.filter(status=RequestStatus.DONE).exists():
        raise InvalidInput("people_present", _("names somebody who has rated this patient blind"))
    if asked.filter(status=RequestStatus.OPEN).exists():
        raise InvalidInput(
            "people_present",
            _("names somebody who is to rate this patient blind; assign another rater first"),
        )


def check_may_correct(assessment: Assessment, by: User) -> None:
    """A blinded rating is not put right by whoever was in the room: the therapist is not the rater."""
    request = assessment.request
    if request and request.blinded and by.pk in therapists(assessment.episode):
        raise NotPermitted(_("whoever was in the room does not change a blinded rating"))


def deciders(unblinding: Unblinding) -> QuerySet[User]:
    """Who may decide: a lead of the care team who has not asked; where there is no other lead, another member.
    Never the rater."""
    team = team_of(unblinding.episode).exclude(pk__in=[unblinding.asked_by_id, unblinding.rater_id])
    leading = Membership.objects.filter(current(), team=unblinding.episode.patient.team_id, is_lead=True)
    leads = team.filter(pk__in=leading.values("user"))
    return leads if leads.exists() else team


def check_may_decide(unblinding: Unblinding, by: User) -> None:
    """Another person than the one who asked."""
    if not deciders(unblinding).filter(pk=by.pk).exists():
        raise NotPermitted(_("a lead of the care team decides, who has not asked and does not rate"))
