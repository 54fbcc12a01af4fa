"""Nobody is shown anything of a neighbour, and of the ward beside only what the reviewed table says; whoever names a
row that is not to be seen is told what is told of one that is nowhere."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.architecture.looks import ASKED, Look, Seen
from tests.architecture.marks import MARKED, Mark
from tests.architecture.sight import LISTS, OWN, may_see, relation
from tests.architecture.ward import Ward
from tests.architecture.world import MODELS, OVER
from tests.engines import DOORS

pytestmark = [pytest.mark.django_db, pytest.mark.slow, DOORS]
# Where a row is named: by a field of a form, or by a place in the body of a request.
PRESENT = "present_lead present_second present_physician present_nurse present_facilitator present_other"
FHIR = "extension/0/valueReference/reference subject/identifier/value"
CHOICES = {
    "request-new": "assigned_to",
    "link-new": "requests",
    "rater-assign": "rater",
    "request-hand-over": "to",
    "unblinding-new": "rater",
    "patient-new": "team study",
    "episode-new": "study",
    "session-new": f"integrates {PRESENT}",
    "dosing-begin": PRESENT,
    "room-new": "site",
    "patient-responsible": "responsible",
    "patient-transfer": "team",
    "administration-grant-new": "site",
    "administration-study-join": "study",
    "administration-team-new": "site",
    "administration-team": "user",
    "library-new": "site",
    "wording-new": "site",
    "release-new": "study",
    "api-assessment-list": "episode",
    "api-rating-list": "request",
    "api-fhir-response-new": FHIR,
    "api-fhir-observation-list": FHIR,
    "api-release-list": "study",
}
OF_RATER = {"ratings": 2, "api-rating-due": 2, "rating-learnt": 1}
OF_NO_STUDY = ("Alder", "clinician")
NAME = "patientidentity.family_name"


def ward_of(seen: Seen, name: str) -> Ward:
    return next(ward for ward in seen.world.wards if ward.name == name)


def is_own(look: Look, mark: Mark) -> bool:
    """Everybody sees who they are themselves."""
    user = look.ward.users.get(look.role)
    return user is not None and mark.text in {user.name, user.email, str(user.public_id)}


def test_every_table_with_an_address_is_looked_for() -> None:
    addressed = {
        model._meta.model_name
        for model in MODELS
        if "public_id" in {one.name for one in model._meta.get_fields()}
    }
    assert addressed - set(MARKED) == set()


def test_every_ward_has_a_row_of_everything(seen: Seen) -> None:
    """Or nothing of it could be seen where it must not be."""
    sources = {
        ward.name: {m.source for m in seen.marks.every if m.ward == ward.name} for ward in seen.world.wards
    }
    of_site = {mark.source for mark in seen.marks.every if mark.kind in {"site", "library"}}
    ours, beside, theirs = sources.values()
    assert ours == theirs and ours - of_site <= beside
    assert {source.partition(".")[0] for source in ours} >= set(MARKED) - {"importbatch"}


def test_nothing_is_shown_that_is_not_to_be_seen(seen: Seen) -> None:
    shown = {
        (str(look), mark.source, mark.text)
        for look in seen.looks
        for mark in look.marks
        if not may_see(look.ward, look.role, ward_of(seen, mark.ward), mark.kind) and not is_own(look, mark)
    }
    assert shown == set()


def test_no_form_offers_what_is_not_to_be_seen(seen: Seen) -> None:
    offered = {
        (str(look), name, kind)
        for look in seen.looks
        for name, kind in look.offered
        if not may_see(look.ward, look.role, ward_of(seen, name), kind)
    }
    assert offered == set()
    assert {kind for look in seen.looks for _, kind in look.offered} >= {
        "site",
        "team",
        "staff",
        "study",
        "patient",
    }


def wanted(seen: Seen, look: Look) -> set[Mark]:
    """What must stand on a page that is not narrowed. Studies are listed to those who are of them, and teams of one's
    own to their members; who needs nobody stands on no list of those who do."""
    route, sources = look.row.route, LISTS[look.row.route].split()
    over = {mark.patient for mark in seen.marks.every if mark.source == NAME and mark.text.endswith(OVER)}
    if (look.ward.name, look.role) == OF_NO_STUDY:
        sources = [source for source in sources if not source.startswith("study.")]
    return {
        mark
        for mark in seen.marks.every
        if mark.source in sources
        and may_see(look.ward, look.role, ward_of(seen, mark.ward), mark.kind)
        and not (route == "today" and mark.patient in over)
        and not (route == "own-teams" and mark.ward != look.ward.name)
    }


@pytest.mark.parametrize("route", LISTS)
def test_a_list_shows_all_that_is_to_be_seen(seen: Seen, route: str) -> None:
    """A filter too many hides somebody who needs help; and an empty page would prove nothing of the others."""
    looks = [look for look in seen.looks if (look.row.route, look.method, look.query) == (route, "GET", "")]
    shows = [look for look in looks if wanted(seen, look)]
    missing = {
        (str(look), mark.source, mark.text) for look in looks for mark in wanted(seen, look) - look.marks
    }
    assert missing == set()
    assert len({look.ward.site for look in shows}) == 2


@pytest.mark.parametrize("route", OF_RATER)
def test_a_rater_is_shown_the_own_ratings(seen: Seen, route: str) -> None:
    """And whose treatment the rater has said to know; not what others have asked about this one."""
    for look in seen.looks:
        if (look.row.route, look.method) == (route, "GET"):
            codes = {mark.text for mark in look.marks if mark.source == "patient.study_code"}
            assert len(codes) == OF_RATER[route]


def test_the_page_of_a_person_who_works_at_two_sites_shows_what_is_held_at_one(seen: Seen) -> None:
    for look in seen.looks:
        if look.row.place == "person-of-two-sites":
            held = Counter(mark.source for mark in look.marks if mark.kind == "access")
            assert held == {"rolegrant.pk": 1, "membership.pk": 1, "studymembership.pk": 1}


def test_all_pages_of_a_list_are_looked_at(seen: Seen) -> None:
    more = {look.row.route for look in seen.looks if look.following}
    assert more == {"administration-audit", "api-instrument-list"}


def test_a_query_that_names_a_row_of_a_neighbour_finds_nothing(seen: Seen) -> None:
    """And one that names the own row finds it."""
    asked = [look for look in seen.looks if look.whose]
    assert {look.row.route for look in asked} > set(ASKED)
    for look in asked:
        if look.row.route.endswith("-list"):
            found = {relation(look.ward, ward_of(seen, mark.ward), mark.kind) for mark in look.marks}
            assert (OWN in found) == (look.whose is look.ward), look


def test_a_row_that_is_not_to_be_seen_cannot_be_chosen(seen: Seen) -> None:
    """In a form or in the body of a request; the answer is that to a row which is nowhere."""
    assert {str(choice) for choice in seen.choices if choice.answer != choice.of_absent} == set()
    assert [str(choice) for choice in seen.choices if not choice.answer] == []


def test_every_choice_among_rows_was_tried(seen: Seen) -> None:
    """A new one has to be written here."""
    tried = {(choice.row.route, choice.name) for choice in seen.choices}
    assert tried == {(route, name) for route, names in CHOICES.items() for name in names.split()}
