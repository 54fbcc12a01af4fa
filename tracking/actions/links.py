"""Links that open a sitting without a password. The token is shown once; only its hash is stored."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from measures.words.phrases import listed
from tracking import clock
from tracking.actions import audit
from tracking.actions.moves import moved
from tracking.actions.outbox import queue_mail
from tracking.actions.wordings import pin_wording
from tracking.errors import InvalidInput
from tracking.models import AssessmentRequest, PatientIdentity, SittingLink, TreatmentEpisode, User
from tracking.rules.languages import sitting_in_words
from tracking.rules.policies.days import local_day
from tracking.rules.policies.endings import check_alive
from tracking.rules.policies.instruments import instrument_of
from tracking.rules.policies.wordings import Wordings, can_be_asked, wanted_language
from tracking.rules.tokens import token_hash
from tracking.tongues import language_of
from tracking.vocabulary import AuditAction, RequestStatus


@transaction.atomic
def issue_link(
    *,
    by: User | None,
    episode: TreatmentEpisode,
    requests: Sequence[AssessmentRequest],
    language: str = "",
) -> tuple[SittingLink, str]:
    """A new link for these self-report requests, and its token. The whole sitting and its mail are in one language:
    the patient's, unless another is chosen. Raises ``InvalidInput`` when none is given, one is not the patient's to
    answer, has no wording in which it may be asked on screen, or none in the language of the others."""
    check_alive(episode.patient)
    if not requests:
        raise InvalidInput("requests", _("nothing is open for the patient to answer"))
    if not all(_is_the_patients(request, episode) for request in requests):
        raise InvalidInput("requests", _("only the patient's own open questionnaires can be sent"))
    for request in requests:
        if not can_be_asked(request):
            title = instrument_of(request.instrument, request.version).short_title
            on_paper = _("{title} is asked on paper: no wording installed").format(title=title)
            raise InvalidInput("requests", on_paper)
    language = language or wanted_language(episode.patient)
    _check_one_language(requests, language)
    token = secrets.token_urlsafe(32)
    link = SittingLink.objects.create(
        episode=episode,
        token_hash=token_hash(token),
        language=language,
        created_by=by,
        expires_at=clock.now() + settings.LINK_LIFE,
    )
    link.requests.set(requests)
    audit.record(by=by, action=AuditAction.ISSUE_LINK, target=link, patient=episode.patient)
    return link, token


def _check_one_language(requests: Sequence[AssessmentRequest], language: str) -> None:
    wordings = Wordings()
    fresh = AssessmentRequest.objects.filter(pk__in=[request.pk for request in requests])
    without = [
        instrument_of(request.instrument, request.version).short_title
        for request in fresh.select_related("draft", "wording_pack", "episode__patient__team__site")
        if language not in wordings.languages_of(request)
    ]
    if without:
        said = _("no words in {language} for {titles}: leave it out, or ask everything in another language")
        raise InvalidInput(
            "language", said.format(language=sitting_in_words(language), titles=listed(without))
        )


def _is_the_patients(request: AssessmentRequest, episode: TreatmentEpisode) -> bool:
    return (request.episode_id, request.rater, request.status) == (episode.pk, "self", RequestStatus.OPEN)


@transaction.atomic
def mail_link(*, by: User, link: SittingLink, url: str) -> None:
    """Sends the link to the patient's address, in words that tell a stranger nothing. Raises
    ``InvalidInput`` when no address is known, ``Conflict`` for the dead."""
    check_alive(link.episode.patient)
    identity = PatientIdentity.objects.filter(patient=link.episode.patient).first()
    if identity is None or not identity.email:
        raise InvalidInput("mail", _("no mail address of this patient is recorded"))
    patient = link.episode.patient
    with override(language_of(link.language, patient.language, patient.team.site.language)):
        queue_mail(
            to=identity.email,
            subject=_("Some questions are waiting for you"),
            body=_words(link, url),
            patient=patient,
        )
    audit.record(by=by, action=AuditAction.MAIL_LINK, target=link, patient=link.episode.patient)


def _words(link: SittingLink, url: str) -> str:
    last_day = date_format(local_day(link.episode.patient, link.expires_at), "DATE_FORMAT")
    until = _("It works until {day}. You can stop and come back with the same link.").format(day=last_day)
    asked = _("some questions are waiting for you. Open this link to answer them:")
    return "\n\n".join([_("Hello,"), asked, url, f"{until}\n"])


@transaction.atomic
def open_link(*, link: SittingLink, now: datetime) -> None:
    """The patient has pressed start: from now on each questionnaire keeps its words. Coming back with the same
    link changes nothing that was answered."""
    for request in link.requests.filter(status=RequestStatus.OPEN):
        pin_wording(request=request, language=link.language)
    if moved(link, Q(opened_at=None), opened_at=now):
        audit.record(by=None, action=AuditAction.OPEN_LINK, target=link, patient=link.episode.patient)


@transaction.atomic
def finish_link(*, link: SittingLink, now: datetime) -> None:
    """Everything that the link asked for has been answered."""
    moved(link, Q(finished_at=None), finished_at=now)


@transaction.atomic
def revoke_link(*, by: User, link: SittingLink) -> None:
    """The link opens nothing from now on; a sitting that it has opened ends."""
    if moved(link, Q(revoked_at=None), revoked_at=clock.now()):
        audit.record(by=by, action=AuditAction.REVOKE_LINK, target=link, patient=link.episode.patient)
