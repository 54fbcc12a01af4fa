"""What the pages about rooms, settings and the setting of one session read."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from measures import registry
from measures.instrument import Instrument, Item
from tracking.models import Assessment, Membership, SettingTemplate, Site, TreatmentSession, User, current
from tracking.queries.assessments import in_words
from tracking.rules.policies.instruments import instrument_of
from tracking.rules.setting import INSTRUMENT, Answers, asked_and_answered, differing, items_of_room
from tracking.vocabulary import Attendance, SessionKind


@dataclass(frozen=True, slots=True)
class Line:
    """One item in words. ``room``: what the room says, where the session says otherwise."""

    item: Item
    words: str
    room: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """The lines below one heading."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class SessionSetting:
    """The setting that was recorded of a session, ready to be read."""

    assessment: Assessment
    template: SettingTemplate | None
    parts: tuple[Part, ...]
    differing: tuple[Line, ...]
    answered: int
    needed: int


def sites_of(user: User) -> QuerySet[Site]:
    """The sites in whose care teams a user works today."""
    rows = Membership.objects.filter(current(), user=user).values("team__site")
    return Site.objects.filter(pk__in=rows).order_by("name")


def templates_in_use(user: User) -> QuerySet[SettingTemplate]:
    """The rooms of the user's sites."""
    rows = SettingTemplate.objects.visible_to(user).in_use()
    return rows.select_related("site", "made_by").order_by("site__name", "name")


def templates_for(session: TreatmentSession) -> QuerySet[SettingTemplate]:
    """The rooms that a session can be recorded in: those of the site for its protocol or for any, and the one
    that it was recorded with. Those made for the protocol stand first."""
    episode = session.episode
    fits = Q(site=episode.patient.team.site, retired_at=None, protocol__in=["", episode.protocol])
    rows = SettingTemplate.objects.filter(fits | Q(pk=session.setting_template_id))
    return rows.order_by("-protocol", "name", "-revision")


def usual_template(session: TreatmentSession) -> SettingTemplate | None:
    """The room that a session was recorded with, or none if it was with none; until then the likely one: that of this
    patient's last session as it is now, or else the only one."""
    if session.setting_template or setting_of(session):
        return session.setting_template
    rooms = [room for room in templates_for(session) if room.retired_at is None]
    before = session.episode.sessions.standing().filter(setting_template__isnull=False)
    last = before.exclude(pk=session.pk).select_related("setting_template").last()
    if last and last.setting_template:
        return next((room for room in rooms if room.name == last.setting_template.name), None)
    return rooms[0] if len(rooms) == 1 else None


def revisions(template: SettingTemplate) -> QuerySet[SettingTemplate]:
    """Every revision of a room, the latest first."""
    rows = SettingTemplate.objects.filter(site=template.site, name=template.name)
    return rows.select_related("made_by").order_by("-revision")


def room_parts(template: SettingTemplate) -> tuple[Part, ...]:
    """What a room says, in words, below its headings."""
    instrument = instrument_of(INSTRUMENT, template.version)
    known = {item.code for item in items_of_room(instrument)}
    return _parts(instrument, {code: value for code, value in template.answers.items() if code in known}, {})


def setting_of(session: TreatmentSession) -> Assessment | None:
    """The set and setting recorded of a session, in its latest version."""
    return Assessment.objects.current().filter(session=session, instrument=INSTRUMENT).last()


def session_setting(session: TreatmentSession) -> SessionSetting | None:
    """The same, ready to be read."""
    found = setting_of(session)
    if found is None:
        return None
    instrument = instrument_of(INSTRUMENT, found.version)
    room = session.setting_template.answers if session.setting_template else {}
    others = {item.code for item in differing(instrument, room, found.answers)}
    parts = _parts(instrument, found.answers, {code: room[code] for code in others})
    answered, needed = asked_and_answered(instrument, found.answers)
    return SessionSetting(
        assessment=found,
        template=session.setting_template,
        parts=parts,
        differing=tuple(line for part in parts for line in part.lines if line.item.code in others),
        answered=answered,
        needed=needed,
    )


def takes_setting(session: TreatmentSession) -> bool:
    """Whether set and setting are recorded of this session: a dosing session that stands and took place."""
    held = session.attendance == Attendance.ATTENDED and session.voided_at is None
    return held and session.kind == SessionKind.DOSING


def instrument_for(session: TreatmentSession) -> Instrument:
    """The version in which a session's setting is recorded, or was."""
    found = setting_of(session)
    return instrument_of(INSTRUMENT, found.version) if found else registry.get(INSTRUMENT)


def _parts(instrument: Instrument, said: Answers, room: Answers) -> tuple[Part, ...]:
    parts = (
        Part(
            title,
            tuple(
                Line(item, words, in_words(item, room.get(item.code)) or "")
                for item in items
                if (words := in_words(item, said.get(item.code))) is not None
            ),
        )
        for title, items in instrument.sections.items()
    )
    return tuple(part for part in parts if part.lines)
