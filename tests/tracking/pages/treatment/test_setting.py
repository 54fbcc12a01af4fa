"""Pages of rooms and of the setting of a session: they work, they say what is wrong, and nobody else gets in."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.clock import BERLIN
from tests.tracking.pages.doors import assert_anonymous_signs_in, assert_refused, assert_unseen
from tracking.actions import setting, treatment
from tracking.actions.setting import create_template, retire_template, revise_template
from tracking.errors import InvalidInput
from tracking.models import (
    Assessment,
    ReadEvent,
    SettingTemplate,
    Site,
    TreatmentEpisode,
    TreatmentSession,
    User,
)
from tracking.queries.setting import setting_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]
ROOM = {"light": 2, "music": 1, "objects": "flowers, a rug"}


@pytest.fixture
def room(clinician: User, site: Site) -> SettingTemplate:
    return create_template(by=clinician, site=site, name="Garden room", answers=ROOM)


@pytest.fixture
def dosing(episode: TreatmentEpisode, clinician: User) -> TreatmentSession:
    begins = timezone.now().replace(microsecond=0) - timedelta(days=30)
    return treatment.record_session(by=clinician, episode=episode, kind="dosing", starts_at=begins)


def at(name: str, row: object) -> str:
    return reverse(name, args=[row.public_id])


def sent(room: SettingTemplate | None = None, **items: object) -> dict[str, object]:
    """What the page of a session posts."""
    answers = {f"item-{code}": str(value) for code, value in (ROOM | items).items()}
    return {"submission_id": uuid.uuid4(), "room": room.public_id if room else "", **answers}


class TestWhoGetsIn:
    def test_a_room_is_the_business_of_its_site(
        self, room: SettingTemplate, elsewhere: User, rater: User, outsider: User, client: Client
    ) -> None:
        assert client.get(at("room", room)).headers["Location"].startswith(reverse("account_login"))
        for name in ("room-revise", "room-retire"):
            assert_anonymous_signs_in(at(name, room), {})
            assert_refused(rater, at(name, room), {}, 403)
            assert_unseen(elsewhere, at(name, room), room.public_id, {})
        assert_refused(rater, at("room", room), {}, 403)
        client.force_login(elsewhere)
        shown, absent = client.get(at("room", room)), client.get(reverse("room", args=[uuid.uuid4()]))
        assert (shown.status_code, shown.content) == (404, absent.content)
        assert "Garden room" not in client.get(reverse("rooms")).content.decode()
        client.force_login(outsider)  # another team, the same site
        assert "Garden room" in client.get(reverse("rooms")).content.decode()
        room.refresh_from_db()
        assert room.retired_at is None

    def test_a_session_is_the_business_of_its_team(
        self, dosing: TreatmentSession, room: SettingTemplate, outsider: User, rater: User
    ) -> None:
        url = at("session-setting", dosing)
        assert_anonymous_signs_in(url, sent(room))
        assert_refused(rater, url, sent(room), 403)
        assert_unseen(outsider, url, dosing.public_id, sent(room))

    def test_the_read_is_logged(self, desk: Client, dosing: TreatmentSession, clinician: User) -> None:
        desk.get(at("session-setting", dosing))
        event = ReadEvent.objects.get(page="session-setting")
        assert (event.actor, event.patient) == (clinician.public_id, dosing.episode.patient.public_id)


class TestRooms:
    def test_is_described_changed_and_retired(self, desk: Client, site: Site) -> None:
        posted = {"name": "Garden room", "site": site.pk, "protocol": "", "item-light": "2"}
        made = desk.post(reverse("room-new"), posted, follow=True)
        assert "Dim" in made.content.decode()
        room = SettingTemplate.objects.get()
        changed = desk.post(
            at("room-revise", room), {"protocol": "mdma-ptsd", "item-light": "3"}, follow=True
        )
        page = changed.content.decode()
        assert "Dark" in page and "Revision 1" in page
        latest = SettingTemplate.objects.in_use().get()
        assert (latest.revision, latest.protocol, latest.answers) == (2, "mdma-ptsd", {"light": 3})
        desk.post(at("room-retire", latest))
        assert "No room yet" in desk.get(reverse("rooms")).content.decode()
        assert "Dim" in desk.get(at("room", room)).content.decode()  # stays readable

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"name": ""}, "This field is required"),
            ({"item-light": "9"}, "Choose one of the answers"),
            ({"protocol": "dream"}, "not one of the available choices"),
            ({"item-mood_before": "5"}, "mood_before is not an item"),
            ({"item-people": "0"}, "greater than or equal to 1"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_is_kept(
        self, desk: Client, site: Site, wrong: dict[str, str], said: str
    ) -> None:
        response = desk.post(
            reverse("room-new"), {"name": "Room", "site": site.pk, "item-light": "2"} | wrong
        )
        assert response.status_code == 400
        assert said in response.content.decode()
        assert not SettingTemplate.objects.exists()

    def test_a_name_that_is_taken(self, desk: Client, site: Site, room: SettingTemplate) -> None:
        response = desk.post(reverse("room-new"), {"name": room.name, "site": site.pk})
        assert response.status_code == 409
        assert "already" in response.content.decode()

    @pytest.mark.parametrize("name", ["room-revise", "room-retire"])
    def test_whoever_comes_second_is_told(
        self, desk: Client, room: SettingTemplate, clinician: User, name: str
    ) -> None:
        revise_template(by=clinician, template=room, answers={})
        assert desk.post(at(name, room), {}).status_code == 409
        assert SettingTemplate.objects.count() == 2

    def test_the_site_of_somebody_else_is_not_offered(self, desk: Client, elsewhere: User) -> None:
        far = Site.objects.get(key="south")
        assert desk.post(reverse("room-new"), {"name": "Far", "site": far.pk}).status_code == 400
        assert not SettingTemplate.objects.exists()


class TestSession:
    def test_starts_from_the_room_mood_first(
        self, desk: Client, dosing: TreatmentSession, room: SettingTemplate
    ) -> None:
        response = desk.get(at("session-setting", dosing))
        page, form = response.content.decode(), response.context["form"]
        assert (form.initial["item-light"], form.initial["item-objects"]) == ("2", "flowers, a rug")
        assert form.initial["item-mood_before"] is None
        assert page.index("Mood before the dose") < page.index("Lighting")
        assert [part.is_open for part in form.parts()] == [True, False, False, False, False]

    def test_is_recorded_and_what_differs_is_shown(
        self, desk: Client, dosing: TreatmentSession, room: SettingTemplate, nudges: list[int]
    ) -> None:
        response = desk.post(
            at("session-setting", dosing),
            sent(room, light=3, mood_before=0, intention="to grieve"),
            follow=True,
        )
        page = " ".join(response.content.decode().split())
        assert "1 answer differs from the room" in page and "room: Dim" in page
        assert setting_of(dosing).answers["mood_before"] == 0
        assert nudges == [dosing.episode_id]
        again = desk.get(at("session-setting", dosing))
        assert [part.differing for part in again.context["form"].parts()] == [0, 1, 0, 0, 0]
        assert 'class="tag warn">differs' in again.content.decode()

    def test_a_change_needs_a_reason(
        self, desk: Client, dosing: TreatmentSession, room: SettingTemplate
    ) -> None:
        url = at("session-setting", dosing)
        desk.post(url, sent(room, mood_before=3))
        assert desk.post(url, sent(room, mood_before=4)).status_code == 400
        assert setting_of(dosing).answers["mood_before"] == 3
        desk.post(url, sent(room, mood_before=4) | {"reason": "misheard"})
        assert setting_of(dosing).answers["mood_before"] == 4
        assert Assessment.objects.filter(session=dosing).count() == 2

    def test_another_room_fills_in_the_rest_and_keeps_what_the_session_said(
        self, desk: Client, dosing: TreatmentSession, room: SettingTemplate, clinician: User, site: Site
    ) -> None:
        blue = create_template(by=clinician, site=site, name="Blue", answers={"light": 1, "music": 0})
        url = at("session-setting", dosing)
        desk.post(url, sent(room, light=3, mood_before=3))
        form = desk.get(url, {"room": str(blue.public_id)}).context["form"]
        assert form.initial["item-music"] == "0"  # the new room's
        assert form.initial["item-light"] == "3"  # the session's own
        assert form.initial["item-objects"] is None  # was the old room's alone
        assert form.initial["item-mood_before"] == 3
        form = desk.get(url, {"room": "none"}).context["form"]
        assert (form.initial["item-music"], form.initial["item-light"]) == (None, "3")

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"item-mood_before": "11"}, "less than or equal to 10"),
            ({"item-light": "7"}, "Choose one of the answers"),
            ({"item-colour": "1"}, "colour is not an item"),
            ({"submission_id": "x"}, "UUID"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_is_kept(
        self, desk: Client, dosing: TreatmentSession, room: SettingTemplate, wrong: dict[str, str], said: str
    ) -> None:
        response = desk.post(at("session-setting", dosing), sent(room) | wrong)
        assert response.status_code == 400
        assert said in response.content.decode()
        assert setting_of(dosing) is None

    def test_what_the_action_alone_refuses_stands_beside_its_item(
        self,
        desk: Client,
        dosing: TreatmentSession,
        room: SettingTemplate,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def refuse(**_: object) -> None:
            raise InvalidInput("light", "does not go with this room")

        monkeypatch.setattr(setting, "record_setting", refuse)
        response = desk.post(at("session-setting", dosing), sent(room))
        assert response.status_code == 400
        assert response.context["form"].errors == {"item-light": ["Does not go with this room."]}

    def test_what_was_typed_is_shown_as_text(
        self, desk: Client, dosing: TreatmentSession, room: SettingTemplate
    ) -> None:
        response = desk.post(
            at("session-setting", dosing), sent(room, objects="<script>alert(1)</script>"), follow=True
        )
        page = response.content.decode()
        assert "<script>alert(1)" not in page and "&lt;script&gt;alert(1)" in page

    @pytest.mark.parametrize("other", [{"kind": "psychotherapy"}, {"kind": "dosing", "attendance": "missed"}])
    def test_no_other_session_has_one(
        self, desk: Client, episode: TreatmentEpisode, clinician: User, other: dict[str, str]
    ) -> None:
        begins = timezone.now() - timedelta(days=3)
        session = treatment.record_session(by=clinician, episode=episode, starts_at=begins, **other)
        assert desk.get(at("session-setting", session)).status_code == 404
        assert "Set and setting" not in desk.get(at("session", session)).content.decode()

    def test_a_room_of_another_site_is_not_to_be_chosen(
        self, desk: Client, dosing: TreatmentSession, elsewhere: User
    ) -> None:
        far = create_template(
            by=elsewhere, site=Site.objects.get(key="south"), name="Far", answers={"light": 3}
        )
        desk.post(at("session-setting", dosing), sent(far))
        dosing.refresh_from_db()
        assert dosing.setting_template is None

    def test_a_retired_room_stays_with_its_session(
        self, desk: Client, dosing: TreatmentSession, room: SettingTemplate, clinician: User
    ) -> None:
        desk.post(at("session-setting", dosing), sent(room))
        retire_template(by=clinician, template=room)
        response = desk.get(at("session-setting", dosing))
        assert response.context["room"] == room
        assert "as recorded" in response.content.decode()


class TestIntegration:
    def recorded(self, desk: Client, dosing: TreatmentSession, after: int, **other: str) -> int:
        """So many days after the dosing session, at the same hour where the patient lives."""
        begins = timezone.localtime(dosing.starts_at, BERLIN).replace(tzinfo=None) + timedelta(days=after)
        posted = {"kind": "integration", "attendance": "attended", "starts_at": f"{begins:%Y-%m-%dT%H:%M}"}
        return desk.post(at("session-new", dosing.episode), posted | other).status_code

    def test_the_latest_dosing_session_is_proposed(
        self, desk: Client, episode: TreatmentEpisode, dosing: TreatmentSession, clinician: User
    ) -> None:
        begins = timezone.now().replace(microsecond=0) - timedelta(days=5)
        second = treatment.record_session(by=clinician, episode=episode, kind="dosing", starts_at=begins)
        initial = desk.get(at("session-new", episode)).context["form"].initial
        assert (initial["integrates"], initial["kind"]) == (second, None)
        named = desk.get(at("session-new", episode), {"kind": "integration", "of": str(dosing.public_id)})
        assert named.context["form"].initial == {"integrates": dosing, "kind": "integration"}
        strange = desk.get(at("session-new", episode), {"kind": "party", "of": "nothing"})
        assert strange.context["form"].initial == {"integrates": second, "kind": None}

    def test_without_a_dose_nothing_is_proposed(self, desk: Client, episode: TreatmentEpisode) -> None:
        assert desk.get(at("session-new", episode)).context["form"].initial["integrates"] is None

    def test_what_was_proposed_is_dropped_for_another_kind(
        self, desk: Client, episode: TreatmentEpisode, dosing: TreatmentSession
    ) -> None:
        assert self.recorded(desk, dosing, 27, kind="psychotherapy", integrates=str(dosing.pk)) == 302
        assert episode.sessions.get(kind="psychotherapy").integrates is None

    def test_attendance_and_delay_beside_the_plan(
        self, desk: Client, episode: TreatmentEpisode, dosing: TreatmentSession
    ) -> None:
        linked = {"integrates": str(dosing.pk)}
        assert self.recorded(desk, dosing, 2, attendance="missed", **linked) == 302
        assert self.recorded(desk, dosing, 10, **linked) == 302
        found = desk.get(at("session", dosing)).context["integrated"].integration
        assert (found.planned, found.held, found.missed, found.first_after) == (2, 1, 1, 10)
        assert found.next_due is None  # two are planned, and both are spoken for
        page = " ".join(desk.get(at("session", dosing)).content.decode().split())
        assert "10 days" in page and "missed" in page
        patient = desk.get(reverse("patient", args=[episode.patient.public_id])).context["page"]
        assert [(row.number, row.integration) for row in patient.integrations] == [(1, found)]

    def test_what_was_taken_back_is_not_counted(
        self, desk: Client, episode: TreatmentEpisode, dosing: TreatmentSession, clinician: User
    ) -> None:
        self.recorded(desk, dosing, 10, integrates=str(dosing.pk))
        treatment.void(by=clinician, record=episode.sessions.get(kind="integration"), reason="wrong day")
        found = desk.get(at("session", dosing)).context["integrated"].integration
        assert (found.held, found.first_after) == (0, None)
