"""Rooms and settings: what is the same every time, and the setting of one dosing session."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tracking.actions import setting as actions
from tracking.errors import Conflict, InvalidInput, TrackingError
from tracking.models import SettingTemplate, TreatmentSession
from tracking.pages.access import SignedInRequest, one_or_404, roles_required
from tracking.pages.answers.answers_forms import AnswersForm
from tracking.pages.refusals import refusals_shown
from tracking.pages.treatment.setting_forms import NewRoomForm, RoomForm, SessionSettingForm
from tracking.pages.writing import about, as_sentence, for_patient
from tracking.queries.setting import (
    instrument_for,
    revisions,
    room_parts,
    setting_of,
    takes_setting,
    templates_for,
    templates_in_use,
    usual_template,
)
from tracking.rules.setting import Answers, with_overrides
from tracking.tasks import nudge_episode
from tracking.vocabulary import ReadPage, Role

TEMPLATES = "tracking/treatment/setting/"
NO_ROOM = "none"
only_clinicians = roles_required(Role.CLINICIAN)
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@only_clinicians
def rooms(request: SignedInRequest) -> HttpResponse:
    """The rooms of the sites where the user treats patients."""
    return render(request, f"{TEMPLATES}rooms.html", {"rooms": templates_in_use(request.user)})


@get_or_post
@only_clinicians
def room_new(request: SignedInRequest) -> HttpResponse:
    """Describe a room."""
    form = NewRoomForm(request.POST or None, by=request.user)

    def write() -> HttpResponse:
        site, name = form.cleaned_data["site"], form.cleaned_data["name"]
        made = actions.create_template(
            by=request.user,
            site=site,
            name=name,
            answers=form.answers,
            protocol=form.cleaned_data["protocol"],
        )
        return _stored(request, made, _("The room is described."))

    return _page(request, form, write, "room_form.html", {"title": _("Describe a room"), "room": None})


@require_safe
@only_clinicians
def room(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """One revision of a room, and all of its revisions."""
    found = _room(request, public_id)
    rows = list(revisions(found))
    context = {"room": found, "parts": room_parts(found), "revisions": rows, "latest": rows[0]}
    return render(request, f"{TEMPLATES}room.html", context)


@get_or_post
@only_clinicians
@refusals_shown
def room_revise(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The room as it is from now on."""
    found = _room(request, public_id)
    if found.retired_at:
        raise Conflict(_("this room was changed or retired by somebody else in the meantime"))
    form = RoomForm(request.POST or None, template=found)

    def write() -> HttpResponse:
        made = actions.revise_template(
            by=request.user,
            template=found,
            answers=form.answers,
            protocol=form.cleaned_data["protocol"],
        )
        return _stored(request, made, _("Revision {n} holds from now on.").format(n=made.revision))

    title = _("Change {room}").format(room=found.name)
    return _page(request, form, write, "room_form.html", {"title": title, "room": found})


@get_or_post
@only_clinicians
@refusals_shown
def room_retire(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """A room that is not used any more."""
    found = _room(request, public_id)
    if request.method != "POST":
        return render(request, f"{TEMPLATES}retire.html", {"room": found})
    actions.retire_template(by=request.user, template=found)
    messages.success(request, _("{room} is not offered any more.").format(room=found.name))
    return redirect("rooms")


@for_patient(TreatmentSession, page=ReadPage.SESSION_SETTING)
def session_setting(request: SignedInRequest, session: TreatmentSession) -> HttpResponse:
    """The setting of one dosing session: its room's, and what was different."""
    if not takes_setting(session):
        raise Http404
    known, instrument = setting_of(session), instrument_for(session)
    template = _chosen(request, session)
    usual = template.answers if template else {}
    form = SessionSettingForm(
        request.POST or None,
        instrument=instrument,
        usual=usual,
        answers=with_overrides(instrument, usual, _own(session, known.answers if known else {})),
        correcting=known is not None,
        initial={"submission_id": uuid.uuid4(), "room": template.public_id if template else None},
    )

    def write() -> HttpResponse:
        actions.record_setting(
            by=request.user,
            session=session,
            template=template,
            overrides=form.answers,
            submission_id=form.cleaned_data["submission_id"],
            reason=form.cleaned_data.get("reason", ""),
        )
        nudge_episode(session.episode_id)
        messages.success(request, _("Set and setting recorded."))
        return redirect("session", session.public_id)

    context = {
        "session": session,
        "instrument": instrument,
        "rooms": templates_for(session),
        "room": template,
        "known": known,
        **about(session.episode.patient),
        "back": reverse("session", args=[session.public_id]),
    }
    return _page(request, form, write, "session.html", context)


def _own(session: TreatmentSession, said: Answers) -> Answers:
    """What the session itself has said so far: a change of the room changes the rest."""
    room = session.setting_template.answers if session.setting_template else {}
    return {code: value for code, value in said.items() if value is not None and room.get(code) != value}


def _chosen(request: HttpRequest, session: TreatmentSession) -> SettingTemplate | None:
    """The room that the page is about: the one named, none, or else the likely one."""
    named = request.POST.get("room", "") if request.method == "POST" else request.GET.get("room")
    if named is None:
        return usual_template(session)
    if named in ("", NO_ROOM):
        return None
    return next((room for room in templates_for(session) if str(room.public_id) == named), None)


def _room(request: SignedInRequest, public_id: uuid.UUID) -> SettingTemplate:
    rows = SettingTemplate.objects.visible_to(request.user).select_related("site", "made_by")
    return one_or_404(rows, public_id=public_id)


def _stored(request: HttpRequest, template: SettingTemplate, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("room", template.public_id)


def _page(
    request: HttpRequest,
    form: AnswersForm,
    write: Callable[[], HttpResponse],
    template: str,
    context: dict[str, object],
) -> HttpResponse:
    """The form, or what ``write`` answers; a refusal stands beside the item that it names, and nothing was stored."""
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                return write()
            except InvalidInput as refusal:
                form.refuse(refusal)
            except TrackingError as refusal:
                form.add_error(None, as_sentence(str(refusal)))
                status = 409 if isinstance(refusal, Conflict) else 400
    return render(request, f"{TEMPLATES}{template}", {"form": form, **context}, status=status)
