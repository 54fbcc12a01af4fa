"""A simulated study: the fast path writes what the real actions write, is reproducible, touches nothing else."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.cast import days_ago
from tests.engines import few_on_both
from tests.kept import assert_as_kept
from tests.tracking.simulation.replay import TABLES, Replay, rows_of
from tests.tracking.simulation.stories import in_short
from tracking import clock
from tracking.errors import InvalidInput
from tracking.models import (
    Assessment,
    AssessmentRequest,
    AuditEvent,
    CareTeam,
    Dose,
    Membership,
    OutboxMail,
    Patient,
    PatientIdentity,
    RoleGrant,
    SafetyAlert,
    Site,
    Study,
    TreatmentEpisode,
    User,
)
from tracking.rules import protocol as protocols
from tracking.simulation import study as simulated
from tracking.simulation.rows import Cohort, Rows
from tracking.simulation.study import simulate_study
from tracking.simulation.writer import Writer

pytestmark = pytest.mark.django_db
EACH_ARM = 3


def cohort_of(key: str) -> Cohort:
    return simulated.new_cohort(
        by=None, protocol=protocols.get(key), key=key, provenance="", members=(), since=days_ago(2000)
    )


def made(key: str = "psilocybin-mdd", n: int = 6, seed: int = 1, name: str = "") -> Study:
    return simulate_study(
        by=None, protocol=protocols.get(key), n=n, seed=seed, today=clock.today(), key=name
    ).study


@pytest.mark.slow
@pytest.mark.parametrize("key", few_on_both(protocols.keys()))
def test_the_fast_path_writes_row_for_row_what_the_real_actions_write(key: str) -> None:
    protocol = protocols.get(key)
    cohort = cohort_of(key)
    tables = set()
    for number, course in enumerate(
        simulated.courses(protocol, EACH_ARM * len(protocol.arms), 7, clock.today())
    ):
        slow = Replay(cohort, course).run()
        rows = Rows()
        Writer(cohort, rows, course, f"FAST{number}").write()
        rows.write()
        fast = Patient.objects.get(study_code=f"FAST{number}")
        expected, found = rows_of(slow.patient), rows_of(fast)
        for table, told in expected.items():
            assert found[table] == told, table
            tables |= {table} if told else set()
    assert {"assessment", "scalescore", "auditevent", "treatmentsession"} <= tables


def test_every_table_with_a_row_of_a_patient_is_compared(study: Study) -> None:
    """A table that the fast path forgot would otherwise not be missed."""
    cohort = cohort_of("mdma-ptsd")
    before = _counts()
    Replay(cohort, next(simulated.courses(cohort.protocol, 1, 3, clock.today()))).run()
    grown = {name for name, count in _counts().items() if count > before[name]}
    assert grown <= {model._meta.label for model, *_ in TABLES}


def _counts() -> dict[str, int]:

    return {
        model._meta.label: model._default_manager.count()
        for app in ("tracking", "reports")
        for model in apps.get_app_config(app).get_models()
    }


def test_a_seed_gives_the_same_answers_on_the_same_days() -> None:
    first, second, other = (
        _told(made(seed=seed, name=name)) for seed, name in ((5, "a"), (5, "b"), (6, "c"))
    )
    assert first == second
    assert first != other
    assert len(first) > 30


@pytest.mark.parametrize("key", ["psilocybin-mdd", "mdma-ptsd"])
def test_a_seed_gives_the_people_of_the_last_release(key: str, tmp_path: Path) -> None:
    with time_machine.travel(datetime(2028, 7, 4, 9, tzinfo=UTC), tick=False):
        episodes = TreatmentEpisode.objects.filter(study=made(key, n=4)).order_by("pk")
    told = {f"{number} {episode.arm}": episode for number, episode in enumerate(episodes)}
    assert_as_kept(f"stories/{key}.txt", in_short(told), tmp_path)


def _told(study: Study) -> list[tuple[object, ...]]:
    rows = Assessment.objects.filter(episode__study=study).select_related("episode").order_by("pk")
    return [
        (row.instrument, row.time_point, (row.assessed_on - row.episode.starts_on).days, row.answers)
        for row in rows
    ]


def test_everything_is_labelled_and_nobody_has_a_name_or_is_called() -> None:
    study = made(n=20)
    patients = Patient.objects.filter(episodes__study=study)
    assert study.is_simulated
    assert patients.count() == 20
    assert {row.is_simulated for row in patients} == {True}
    staff = Membership.objects.filter(team=patients[0].team).order_by("pk")
    assert [member.is_lead for member in staff] == [True, False]
    assert not PatientIdentity.objects.exists()
    assert not OutboxMail.objects.exists()
    assert "No person stands behind" in study.provenance
    assert AuditEvent.objects.filter(action="simulate_study", object_id=study.public_id).count() == 1


def test_arms_are_even_and_the_last_follow_up_lies_in_the_past() -> None:
    study = made(n=20)
    episodes = TreatmentEpisode.objects.filter(study=study)
    arms = list(episodes.values_list("arm", flat=True))
    assert sorted({arm: arms.count(arm) for arm in arms}.values()) == [10, 10]
    assert not episodes.filter(status="active").exists()
    assert not episodes.filter(ends_on__gte=clock.today()).exists()
    assert not AssessmentRequest.objects.filter(closes_on__gte=clock.today() + timedelta(1)).exists()


def test_the_staff_are_there_before_the_first_of_their_people() -> None:
    study = made(n=40)
    began = TreatmentEpisode.objects.filter(study=study).earliest("starts_on").starts_on
    staff = Membership.objects.filter(team__site=study.site)
    roles = RoleGrant.objects.filter(user__memberships__in=staff)
    since = {*staff.values_list("starts_on", flat=True), *roles.values_list("starts_on", flat=True)}
    assert len(since) == 1 and began - timedelta(days=366) <= since.pop() <= began


def test_suicide_items_are_endorsed_now_and_then_and_every_alert_is_dealt_with() -> None:
    study = made("mdma-ptsd", n=40)
    alerts = SafetyAlert.objects.filter(episode__study=study)
    assert alerts.filter(state="endorsed").exists()
    assert set(alerts.values_list("status", flat=True)) == {"closed"}


def test_doses_are_those_of_the_protocol() -> None:
    study = made("mdma-ptsd", n=10)
    doses = Dose.objects.filter(session__episode__study=study, session__episode__arm="mdma")
    found = {(row.part, str(row.amount)) for row in doses}
    assert found == {
        ("main", "80.000"),
        ("supplement", "40.000"),
        ("main", "120.000"),
        ("supplement", "60.000"),
    }


def test_what_is_there_is_not_touched(team_a: CareTeam, episode: TreatmentEpisode, clinician: User) -> None:
    before = rows_of(episode.patient)
    study = made()
    assert rows_of(episode.patient) == before
    assert set(Patient.objects.visible_to(clinician)) == {episode.patient}
    assert not Study.objects.visible_to(clinician).filter(pk=study.pk).exists()
    assert study.site.teams.get().patients.count() == 6


@pytest.mark.parametrize("present", ["lead", "second"])
def test_who_was_in_the_room_cannot_rate_blind(present: str) -> None:
    cohort = cohort_of("mdma-ptsd")
    course = next(simulated.courses(cohort.protocol, 1, 3, clock.today()))
    writer = Writer(replace(cohort, rater=getattr(cohort, present)), Rows(), course, "SEEING")
    with pytest.raises(InvalidInput) as refused:
        writer.write()
    assert str(refused.value) == "rater: was in the room in a session of this patient, so cannot rate blind"


@pytest.mark.parametrize("n", [-1, 0, 1, 20_001])
def test_a_number_out_of_range_is_refused(n: int) -> None:
    with pytest.raises(InvalidInput, match="must lie between"):
        made(n=n)
    assert not Study.objects.exists()


@pytest.mark.parametrize("taken", ["study", "site"])
def test_a_key_is_used_once(study: Study, taken: str) -> None:
    key = study.key if taken == "study" else study.site.key
    before = (Site.objects.count(), User.objects.count(), Study.objects.count())
    with pytest.raises(InvalidInput, match=f"another {taken}"):
        made(name=key)
    assert (Site.objects.count(), User.objects.count(), Study.objects.count()) == before


def test_it_is_all_or_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(self: Rows) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(Rows, "write", breaks)
    with pytest.raises(RuntimeError):
        made()
    assert not Study.objects.exists()
    assert not Patient.objects.exists()


class TestCommand:
    def said(self, *options: str) -> str:
        out = StringIO()
        call_command("simulate_study", *options, stdout=out)
        return out.getvalue()

    def test_it_says_what_it_made_and_where_to_look(self, clinician: User) -> None:
        said = self.said(
            "--protocol", "psilocybin-mdd", "--n", "4", "--seed", "2", "--member", clinician.email.upper()
        )
        study = Study.objects.get()
        count = Assessment.objects.count()
        assert f"4 simulated people, {count} assessments" in said
        assert f"/studies/{study.key}/" in said
        assert study.key == "simulated-psilocybin-mdd-4-2"
        assert study.memberships.get().user == clinician
        assert "Nobody may see it" not in said

    def test_without_a_member_it_says_that_nobody_sees_it(self) -> None:
        said = self.said("--protocol", "psilocybin-mdd", "--n", "2", "--seed", "2", "--study", "mine")
        assert "Nobody may see it yet" in said
        assert Study.objects.get().key == "mine"

    @pytest.mark.parametrize(
        ("options", "reason"),
        [
            (["--protocol", "homeopathy", "--n", "10", "--seed", "1"], "no protocol homeopathy; known: cbt"),
            (["--protocol", "mdma-ptsd", "--n", "1", "--seed", "1"], "n: must lie between 2 and"),
            (["--protocol", "mdma-ptsd", "--n", "9", "--seed", "1", "--member", "x@y.z"], "no account x@y.z"),
            (
                ["--protocol", "mdma-ptsd", "--n", "9", "--seed", "1", "--study", "a b"],
                "key: may hold letters",
            ),
        ],
    )
    def test_what_is_wrong_is_said(self, options: list[str], reason: str) -> None:
        with pytest.raises(CommandError, match=re.escape(reason)):
            self.said(*options)
        assert not Study.objects.exists()
