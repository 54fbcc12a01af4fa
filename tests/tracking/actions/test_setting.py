"""Rooms and the setting of a session: stored, revised, corrected, refused."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.clock import BERLIN
from tracking.actions import treatment
from tracking.actions.setting import create_template, record_setting, retire_template, revise_template
from tracking.errors import Conflict, InvalidInput, NotPermitted
from tracking.models import (
    Assessment,
    AuditEvent,
    SettingTemplate,
    Site,
    TreatmentEpisode,
    TreatmentSession,
    User,
)
from tracking.queries.setting import session_setting, setting_of, templates_for, usual_template

pytestmark = pytest.mark.django_db
ROOM = {"light": 2, "music": 1, "objects": "flowers, a rug", "people": 3}


@pytest.fixture
def room(clinician: User, site: Site) -> SettingTemplate:
    return create_template(by=clinician, site=site, name="Garden room", answers=ROOM)


def session_of(episode: TreatmentEpisode, by: User, days: int = 2, **other: object) -> TreatmentSession:
    begins = timezone.now().replace(microsecond=0) - timedelta(days=days)
    values = {"kind": "dosing"} | other
    return treatment.record_session(by=by, episode=episode, starts_at=begins, **values)


@pytest.fixture
def dosing(episode: TreatmentEpisode, clinician: User) -> TreatmentSession:
    return session_of(episode, clinician)


def recorded(
    session: TreatmentSession, by: User, room: SettingTemplate | None, reason: str = "", **overrides: object
):
    return record_setting(
        by=by, session=session, template=room, overrides=overrides, submission_id=uuid.uuid4(), reason=reason
    )


class TestRooms:
    def test_holds_what_was_answered_and_nothing_else(self, room: SettingTemplate) -> None:
        assert (room.answers, room.revision, room.version, room.retired_at) == (ROOM, 1, "1", None)

    def test_a_change_is_a_new_revision_and_the_old_one_stays(
        self, room: SettingTemplate, clinician: User
    ) -> None:
        new = revise_template(by=clinician, template=room, answers={"light": 3}, protocol="mdma-ptsd")
        assert (new.name, new.revision, new.answers, new.protocol) == (
            "Garden room",
            2,
            {"light": 3},
            "mdma-ptsd",
        )
        room.refresh_from_db()
        assert room.answers == ROOM and room.retired_at
        assert list(SettingTemplate.objects.in_use()) == [new]

    def test_only_the_latest_revision_is_changed(self, room: SettingTemplate, clinician: User) -> None:
        revise_template(by=clinician, template=room, answers={})
        with pytest.raises(Conflict, match="in the meantime"):
            revise_template(by=clinician, template=room, answers=ROOM)
        assert SettingTemplate.objects.count() == 2

    def test_is_retired_once(self, room: SettingTemplate, clinician: User) -> None:
        retire_template(by=clinician, template=room)
        with pytest.raises(Conflict):
            retire_template(by=clinician, template=room)
        assert not SettingTemplate.objects.in_use()

    def test_a_name_is_taken_whatever_its_letters(
        self, room: SettingTemplate, clinician: User, site: Site
    ) -> None:
        with pytest.raises(Conflict, match="already"):
            create_template(by=clinician, site=site, name=" garden ROOM", answers={})

    @pytest.mark.parametrize(
        ("answers", "field"),
        [({"light": 9}, "light"), ({"mood_before": 5}, "mood_before"), ({"intention": "x"}, "intention"),
         ({"disturbance": 0}, "disturbance"), ({"colour": 1}, "colour")],
    )  # fmt: skip
    def test_refuses_what_is_wrong_or_not_the_same_every_time(
        self, clinician: User, site: Site, answers: dict, field: str
    ) -> None:
        with pytest.raises(InvalidInput) as refused:
            create_template(by=clinician, site=site, name="Room", answers=answers)
        assert refused.value.field == field
        assert not SettingTemplate.objects.exists()

    def test_refuses_a_protocol_that_there_is_not(self, clinician: User, site: Site) -> None:
        with pytest.raises(InvalidInput, match="protocol"):
            create_template(by=clinician, site=site, name="Room", answers={}, protocol="dream")

    def test_belongs_to_the_clinicians_of_the_site(
        self, room: SettingTemplate, elsewhere: User, rater: User, outsider: User
    ) -> None:
        for user in (elsewhere, rater):
            with pytest.raises(NotPermitted):
                create_template(by=user, site=room.site, name="Another room", answers={})
            with pytest.raises(NotPermitted):
                retire_template(by=user, template=room)
            with pytest.raises(NotPermitted):
                revise_template(by=user, template=room, answers={})
            assert not SettingTemplate.objects.visible_to(user)
        assert SettingTemplate.objects.visible_to(outsider).get() == room  # another team, the same site

    def test_is_audited_without_its_text(self, room: SettingTemplate) -> None:
        event = AuditEvent.objects.get(action="store_setting_template")
        assert event.details == {"revision": 1}


class TestSessions:
    def test_starts_from_the_room_and_keeps_what_was_different(
        self, dosing: TreatmentSession, room: SettingTemplate, clinician: User
    ) -> None:
        recorded(dosing, clinician, room, light=3, mood_before=0, intention="to grieve")
        dosing.refresh_from_db()
        assert dosing.setting_template == room
        found = setting_of(dosing)
        given = {code: value for code, value in found.answers.items() if value is not None}
        assert given == ROOM | {"light": 3, "mood_before": 0, "intention": "to grieve"}
        assert found.scores.get(scale="mood_before").value == 0  # a score, not a gap
        assert found.scores.get(scale="readiness").value is None
        view = session_setting(dosing)
        assert [(line.item.code, line.words, line.room) for line in view.differing] == [
            ("light", "Dark", "Dim")
        ]

    def test_the_day_is_the_sessions(self, dosing: TreatmentSession, clinician: User) -> None:
        recorded(dosing, clinician, None, mood_before=5)
        assert setting_of(dosing).assessed_on == timezone.localdate(dosing.starts_at, BERLIN)

    def test_again_is_a_correction_with_a_reason(
        self, dosing: TreatmentSession, room: SettingTemplate, clinician: User
    ) -> None:
        first = recorded(dosing, clinician, room, mood_before=3).assessment
        with pytest.raises(InvalidInput, match="reason"):
            recorded(dosing, clinician, room, mood_before=4)
        second = recorded(dosing, clinician, room, "misheard", mood_before=4).assessment
        assert (second.supersedes, second.correction_reason) == (first, "misheard")
        assert Assessment.objects.current().filter(session=dosing).get() == second

    def test_another_room_is_a_correction_too(
        self, dosing: TreatmentSession, room: SettingTemplate, clinician: User, site: Site
    ) -> None:
        recorded(dosing, clinician, room, mood_before=3)
        other = create_template(by=clinician, site=site, name="Blue room", answers=ROOM)
        with pytest.raises(InvalidInput, match="reason"):
            recorded(dosing, clinician, other, mood_before=3)
        dosing.refresh_from_db()
        assert dosing.setting_template == room
        recorded(dosing, clinician, other, "was the blue one", mood_before=3)
        dosing.refresh_from_db()
        assert dosing.setting_template == other

    def test_sent_twice_it_is_stored_once(
        self, dosing: TreatmentSession, room: SettingTemplate, clinician: User
    ) -> None:
        first = recorded(dosing, clinician, room, mood_before=3)
        again = recorded(dosing, clinician, room, mood_before=3)
        assert (again.assessment, again.created) == (first.assessment, False)
        assert Assessment.objects.filter(session=dosing).count() == 1

    def test_keeps_the_revision_that_it_was_recorded_with(
        self, dosing: TreatmentSession, room: SettingTemplate, clinician: User
    ) -> None:
        recorded(dosing, clinician, room)
        revise_template(by=clinician, template=room, answers={"light": 1})
        dosing.refresh_from_db()
        assert session_setting(dosing).template.revision == 1
        assert session_setting(dosing).differing == ()

    @pytest.mark.parametrize("other", [{"kind": "psychotherapy"}, {"attendance": "missed"}])
    def test_refuses_what_is_no_dosing_session_that_took_place(
        self, episode: TreatmentEpisode, clinician: User, other: dict
    ) -> None:
        with pytest.raises(InvalidInput, match="dosing session"):
            recorded(session_of(episode, clinician, **other), clinician, None, mood_before=1)

    def test_refuses_a_session_that_was_taken_back(self, dosing: TreatmentSession, clinician: User) -> None:
        treatment.void(by=clinician, record=dosing, reason="wrong patient")
        with pytest.raises(Conflict):
            recorded(dosing, clinician, None, mood_before=1)

    def test_refuses_a_room_of_another_site(
        self, dosing: TreatmentSession, clinician: User, elsewhere: User
    ) -> None:
        far = create_template(
            by=elsewhere, site=Site.objects.get(key="south"), name="Far", answers={}
        )  # fmt: skip
        with pytest.raises(NotPermitted):
            recorded(dosing, clinician, far)
        assert not Assessment.objects.filter(session=dosing).exists()

    def test_names_the_item_that_is_wrong_and_stores_nothing(
        self, dosing: TreatmentSession, room: SettingTemplate, clinician: User
    ) -> None:
        with pytest.raises(InvalidInput) as refused:
            recorded(dosing, clinician, room, mood_before=11)
        assert refused.value.field == "mood_before"
        dosing.refresh_from_db()
        assert dosing.setting_template is None and setting_of(dosing) is None


class TestProposed:
    def test_the_only_room(self, dosing: TreatmentSession, room: SettingTemplate) -> None:
        assert usual_template(dosing) == room

    def test_none_where_it_was_recorded_with_none(
        self, dosing: TreatmentSession, room: SettingTemplate, clinician: User
    ) -> None:
        recorded(dosing, clinician, None, mood_before=3)
        assert usual_template(dosing) is None

    def test_none_of_several(
        self, dosing: TreatmentSession, room: SettingTemplate, clinician: User, site: Site
    ) -> None:
        create_template(by=clinician, site=site, name="Blue room", answers={})
        assert usual_template(dosing) is None

    def test_that_of_the_session_before_as_it_is_now(
        self, episode: TreatmentEpisode, room: SettingTemplate, clinician: User, site: Site
    ) -> None:
        create_template(by=clinician, site=site, name="Blue room", answers={})
        recorded(session_of(episode, clinician, days=30), clinician, room)
        new = revise_template(by=clinician, template=room, answers={"light": 1})
        assert usual_template(session_of(episode, clinician)) == new

    def test_rooms_of_another_protocol_are_not_offered(
        self, dosing: TreatmentSession, clinician: User, site: Site
    ) -> None:
        for protocol in ("", "mdma-ptsd", "psilocybin-mdd"):
            create_template(by=clinician, site=site, name=f"For {protocol}.", answers={}, protocol=protocol)
        assert [room.protocol for room in templates_for(dosing)] == ["psilocybin-mdd", ""]
