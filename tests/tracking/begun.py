"""Forms of the staff that are being filled in: as an action keeps them, and as an open page sends them."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.test import Client

from measures import registry
from tests.cast import days_ago
from tests.tracking.answers import posted
from tracking.actions.entry_drafts import keep_entry
from tracking.actions.scheduling import create_request
from tracking.models import AssessmentRequest, EntryDraft, TreatmentEpisode, User
from tracking.queries.entry_drafts import Place
from tracking.rules.entry_drafts import Sent


def begun_entry(
    by: User,
    episode: TreatmentEpisode,
    key: str,
    answers: dict,
    request: AssessmentRequest | None = None,
    **more: Any,
) -> EntryDraft:
    """What somebody has marked so far, in one window."""
    of = {name: more.pop(name, None) for name in ("session", "corrects")}
    place = Place(episode, key, request=request, **of)
    sent = more.pop("sent", Sent(uuid.uuid4(), 1))
    kept = keep_entry(by=by, place=place, instrument=registry.get(key), answers=answers, sent=sent, **more)
    assert kept is not None
    return kept


def asked_blind(by: User, episode: TreatmentEpisode, rater: User, ago: int = 0) -> AssessmentRequest:
    """A HAM-D that an independent rater is to make without knowing the treatment."""
    return create_request(
        by=by, episode=episode, instrument="hamd17", due_on=days_ago(ago), assigned_to=rater, blinded=True
    )


class Window:
    """An open page of a form, which saves as it goes as its script does."""

    def __init__(self, client: Client, url: str) -> None:
        page = client.get(url)
        assert page.status_code == 200, page.status_code
        self.client, self.url, self.page = client, url, page
        self.fields = {
            name: page.context["form"][name].value()
            for name in ("submission_id", "version", "assessed_on")
            if name in page.context["form"].fields
        }
        self.fields = {name: value for name, value in self.fields.items() if value is not None}
        self.window = page.context["window"]
        self.number = self.window["number"] - 1

    def state(self, answers: dict, **more: object) -> dict[str, object]:
        told = {"window": self.window["window"], "seen": self.window["seen"], "number": max(self.number, 1)}
        return posted(answers) | self.fields | told | more

    def keep(self, answers: dict, **more: object) -> HttpResponse:
        self.number += 1
        return self.client.post(self.url, self.state(answers, **more), headers={"X-Filling": "1"})

    def look(self, answers: dict, **more: object) -> HttpResponse:
        return self.client.post(self.url, self.state(answers, step="", **more))

    def sign(self, answers: dict, **more: object) -> HttpResponse:
        return self.client.post(self.url, self.state(answers, **more))
