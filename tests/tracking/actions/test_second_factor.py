"""A lost second step of the sign-in is reset by an administrator of the site, for a reason; its owner is told."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.urls import reverse
from knox.models import AuthToken

from tests.cast import person
from tests.tracking.pages.doors import signed_in
from tracking.actions.second_factor import reset_second_factor
from tracking.actions.tokens import create_token
from tracking.errors import Conflict, InvalidInput, NotPermitted
from tracking.models import AuditEvent, OutboxMail, User
from tracking.vocabulary import Role

REASON = "The phone was stolen"


def test_nothing_of_it_counts_any_more_and_whoever_is_in_is_out(administrator: User, clinician: User) -> None:
    RecoveryCodes.activate(clinician)
    create_token(by=clinician)
    thief, other = signed_in(clinician), signed_in(administrator)
    reset_second_factor(by=administrator, user=clinician, reason=REASON)
    assert not Authenticator.objects.filter(user=clinician).exists()
    assert not AuthToken.objects.filter(user=clinician).exists()
    assert thief.get(reverse("today")).headers["Location"].startswith(reverse("account_login"))
    assert other.get(reverse("administration")).status_code == 200


def test_the_owner_is_told_in_the_own_language_and_the_record_has_the_reason(
    administrator: User, clinician: User
) -> None:
    User.objects.filter(pk=clinician.pk).update(language="de")
    clinician.refresh_from_db()
    reset_second_factor(by=administrator, user=clinician, reason=REASON)
    mail, event = OutboxMail.objects.get(), AuditEvent.objects.get(action="reset_second_factor")
    assert mail.to == clinician.email and "Anmeldung in zwei Schritten" in mail.body
    assert (event.actor, event.object_id, event.details) == (
        administrator.public_id,
        clinician.public_id,
        {"reason": REASON},
    )


def test_nobody_resets_the_own_nor_that_of_another_site(
    administrator: User, clinician: User, elsewhere: User
) -> None:
    governs = person("Greta Governs", Role.ADMINISTRATOR)
    for by, user in (
        (administrator, administrator),
        (administrator, elsewhere),
        (administrator, governs),
        (clinician, administrator),
    ):
        with pytest.raises(NotPermitted, match="another administrator"):
            reset_second_factor(by=by, user=user, reason=REASON)
    assert not OutboxMail.objects.exists()


def test_without_a_reason_or_without_anything_to_reset_it_is_refused(
    administrator: User, clinician: User
) -> None:
    with pytest.raises(InvalidInput, match="reason"):
        reset_second_factor(by=administrator, user=clinician, reason=" ")
    reset_second_factor(by=administrator, user=clinician, reason=REASON)
    with pytest.raises(Conflict, match="nothing is set up"):
        reset_second_factor(by=administrator, user=clinician, reason=REASON)
