"""The independent rater's guess of the treatment, directly after a rating."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tracking.actions import guesses
from tracking.errors import InvalidInput
from tracking.models import Assessment
from tracking.pages.access import SignedInRequest, one_or_404, opened, roles_required
from tracking.pages.raters.guesses_forms import GuessForm
from tracking.pages.refusals import refusals_shown
from tracking.queries.guesses import GUESS_OF_RATER, has_guess, is_followed_by_guess
from tracking.queries.names import whose
from tracking.rules.policies.instruments import instrument_of
from tracking.tasks import nudge_episode
from tracking.vocabulary import ReadPage, Role


@roles_required(Role.RATER)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def rating_guess(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Which treatment the rater believes it is, directly after the rating. Asked once; "I do not know" is an answer."""
    own = Assessment.objects.visible_to(request.user).filter(rater=request.user)
    rating = one_or_404(own.select_related("episode__patient"), public_id=public_id)
    if not is_followed_by_guess(rating, request.user):
        raise Http404
    if request.method != "POST" and has_guess(rating):
        return redirect("ratings")
    opened(request, rating.episode.patient, ReadPage.RATING_GUESS)
    instrument = instrument_of(GUESS_OF_RATER)
    form = GuessForm(request.POST if request.method == "POST" else None, instrument=instrument)
    if request.method == "POST" and form.is_valid():
        try:
            guesses.record_rating_guess(by=request.user, rating=rating, answers=form.answers)
        except InvalidInput as error:
            form.refuse(error)
        else:
            nudge_episode(rating.episode_id)
            messages.success(request, _("Recorded. Thank you."))
            return redirect("ratings")
    page = {"form": form, "instrument": instrument, "whose": whose(rating.episode.patient, blind=True)}
    return render(request, "tracking/raters/ratings/guess.html", page, status=400 if form.errors else 200)
