"""Signing a run-sheet: somebody who was present vouches, with the password, for all of it as it reads."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from tracking import clock
from tracking.actions import audit, tries
from tracking.errors import Conflict, InvalidInput, NotPermitted
from tracking.models import SessionSignature, TreatmentEpisode, TreatmentSession, User
from tracking.queries.dosing import plan_for, record_of
from tracking.queries.signatures import digest_of
from tracking.rules.policies.treatment import check_takes_doses
from tracking.rules.run_sheet import missing
from tracking.vocabulary import AuditAction


def sign_run_sheet(*, by: User, session: TreatmentSession, password: str) -> SessionSignature:
    """One signature. Signing again what has not changed gives the first one.

    Raises ``NotPermitted`` for somebody who was not present, ``InvalidInput`` for a wrong password (slowed down
    after many), ``Conflict`` naming what is neither done nor explained.
    """
    if not session.people_present.filter(user=by).exists():
        raise NotPermitted(_("only somebody who was present signs a run-sheet"))
    _check_password(by, password)
    with transaction.atomic():
        TreatmentEpisode.objects.held().get(pk=session.episode_id)
        session.refresh_from_db()
        check_takes_doses(session)
        plan = plan_for(session)
        lacking = missing(plan, record_of(session, plan), clock.now())
        if lacking:
            words = _("it is not complete. Still to do or to explain: {lacking}")
            raise Conflict(words.format(lacking="; ".join(lacking)))
        signature, created = SessionSignature.objects.get_or_create(
            session=session, signed_by=by, digest=digest_of(session, plan)
        )
        if created:
            audit.record(
                by=by, action=AuditAction.SIGN_RUN_SHEET, target=session, patient=session.episode.patient
            )
    return signature


def _check_password(by: User, password: str) -> None:
    """Its failures are counted outside the transaction of the signature, or a refusal would undo the count."""
    now, source = clock.now(), tries.Source(tries.SIGNATURE, str(by.public_id))
    if tries.is_spent(source=source, now=now):
        raise InvalidInput("password", _("was wrong too often; wait ten minutes"))
    if not by.check_password(password):
        tries.put_down(sources=[source], now=now)
        raise InvalidInput("password", _("is not right"))
