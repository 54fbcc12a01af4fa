"""Rooms and settings: what is the same every time, and what a dosing session says otherwise."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from measures import registry, scoring
from measures.errors import AnswerError
from measures.instrument import Instrument
from measures.scoring import Answer
from tracking import clock
from tracking.actions import audit
from tracking.actions.assessments import Submitted, correct_assessment, record_assessment
from tracking.actions.moves import ANY_STATE, move, moved
from tracking.errors import Conflict, InvalidInput, NotPermitted
from tracking.models import (
    Membership,
    SettingTemplate,
    Site,
    TreatmentEpisode,
    TreatmentSession,
    User,
    current,
)
from tracking.queries.setting import setting_of
from tracking.rules import checks
from tracking.rules import protocol as protocols
from tracking.rules.policies.days import local_day
from tracking.rules.policies.instruments import instrument_of
from tracking.rules.policies.treatment import check_has_setting
from tracking.rules.setting import INSTRUMENT, items_of_room, said_by_room, with_overrides
from tracking.vocabulary import AnswerSource, AuditAction, Role

Answers = Mapping[str, Answer]
LONGEST_NAME = 80


@transaction.atomic
def create_template(
    *, by: User, site: Site, name: str, answers: Answers, protocol: str = ""
) -> SettingTemplate:
    """A room as it is every time, for every protocol or one. Answers may be few.

    Raises ``NotPermitted`` for a site where ``by`` treats nobody, ``InvalidInput`` naming the item, ``Conflict``
    when the site has a room of this name.
    """
    _check_treats_at(by, site)
    Site.objects.select_for_update().get(pk=site.pk)
    name = checks.clean_line("name", name, longest=LONGEST_NAME)
    if SettingTemplate.objects.filter(site=site, name__iexact=name).exists():
        words = _("there is a room {name} already: change that one, or choose another name")
        raise Conflict(words.format(name=name))
    return _store(by, site, name, protocol, answers, revision=1)


@transaction.atomic
def revise_template(
    *, by: User, template: SettingTemplate, answers: Answers, protocol: str = ""
) -> SettingTemplate:
    """The room as it is from now on: a new revision. Sessions that used the older one keep it.

    Raises ``Conflict`` when somebody else revised or retired it in the meantime.
    """
    _check_treats_at(by, template.site)
    _retire(template)
    return _store(by, template.site, template.name, protocol, answers, revision=template.revision + 1)


@transaction.atomic
def retire_template(*, by: User, template: SettingTemplate) -> None:
    """Not offered any more. What was recorded with it stays. Raises ``Conflict`` when it was retired before."""
    _check_treats_at(by, template.site)
    _retire(template)
    audit.record(
        by=by, action=AuditAction.RETIRE_SETTING_TEMPLATE, target=template, revision=template.revision
    )


@transaction.atomic
def record_setting(
    *,
    by: User,
    session: TreatmentSession,
    template: SettingTemplate | None,
    overrides: Answers,
    submission_id: uuid.UUID,
    reason: str = "",
) -> Submitted:
    """Set and setting of a dosing session: the room's answers, but for ``overrides``. A session has one; recorded
    again it is a correction, which needs a ``reason``.

    Sent again with nothing changed, it is not stored again. Raises ``InvalidInput`` naming the item or the field,
    ``Conflict`` when the session was taken back, ``NotPermitted`` for a room of another site.
    """
    TreatmentEpisode.objects.held().get(pk=session.episode_id)
    session.refresh_from_db()
    check_has_setting(session)
    patient = session.episode.patient
    if template and template.site_id != patient.team.site_id:
        raise NotPermitted(_("this room belongs to another site"))
    known = setting_of(session)
    instrument = instrument_of(INSTRUMENT, known.version) if known else registry.get(INSTRUMENT)
    answers = with_overrides(instrument, template.answers if template else {}, overrides)
    if known and known.answers == _scored(instrument, answers) and session.setting_template == template:
        return Submitted(known, tuple(known.alerts.all()), created=False)
    if known and known.submission_id != submission_id:
        submitted = correct_assessment(by=by, assessment=known, answers=answers, reason=reason)
    else:
        submitted = record_assessment(
            by=by,
            episode=session.episode,
            instrument=instrument,
            answers=answers,
            source=AnswerSource.CLINICIAN,
            assessed_on=local_day(patient, session.starts_at),
            submission_id=submission_id,
            session=session,
        )
    moved(session, ANY_STATE, setting_template=template)
    details = {"template": template.name, "revision": template.revision} if template else {}
    audit.record(by=by, action=AuditAction.RECORD_SETTING, target=session, patient=patient, **details)
    return submitted


def _check_treats_at(by: User, site: Site) -> None:
    """Whoever treats patients at a site knows its rooms."""
    own = Membership.objects.filter(current(), user=by, team__site=site)
    if not (by.has_role(Role.CLINICIAN) and own.exists()):
        raise NotPermitted(_("only a clinician of the site changes its rooms"))


def _retire(template: SettingTemplate) -> None:
    changed = _("this room was changed or retired by somebody else in the meantime")
    move(template, Q(retired_at=None), retired_at=clock.now(), otherwise=changed)


def _store(
    by: User, site: Site, name: str, protocol: str, answers: Answers, *, revision: int
) -> SettingTemplate:
    instrument = registry.get(INSTRUMENT)
    if protocol:
        checks.clean_choice("protocol", protocol, protocols.keys())
    template = SettingTemplate.objects.create(
        site=site,
        name=name,
        revision=revision,
        protocol=protocol,
        version=instrument.version,
        answers=_checked(answers),
        made_by=by,
    )
    audit.record(by=by, action=AuditAction.STORE_SETTING_TEMPLATE, target=template, revision=revision)
    return template


def _checked(answers: Answers) -> dict[str, Answer]:
    """The answers that were given, each as the instrument takes it."""
    instrument = registry.get(INSTRUMENT)
    usual = {item.code for item in items_of_room(instrument)}
    for code, value in answers.items():
        if value is not None and code not in usual:
            raise InvalidInput(code, _("is not the same every time: it is recorded in each session"))
    return said_by_room(instrument, _scored(instrument, answers))


def _scored(instrument: Instrument, answers: Answers) -> dict[str, Answer]:
    """The answers as they are stored, or the refusal of the one that is wrong."""
    try:
        return dict(scoring.score(instrument, answers).answers)
    except AnswerError as error:
        raise InvalidInput(error.item, error.reason) from error
