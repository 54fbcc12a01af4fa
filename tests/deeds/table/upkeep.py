"""Seals of the record, mail, marks of what must be computed, guesses that failed, and the log of reading."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet

from tests.cast import person
from tests.deeds.clinics import Clinic
from tests.deeds.deed import Arguments, Note, Twice, deed
from tests.deeds.table.care import not_in_treatment
from tests.deeds.table.patients import nameless
from tracking import clock
from tracking.actions import audit, care, chain, heartbeats, marks, outbox, oversight, people, tries
from tracking.models import EpisodeMark, OddLook, StudyMark, User
from tracking.rules import lateness
from tracking.rules.chain import GRACE, ends
from tracking.vocabulary import AuditAction, Role

NOW = datetime(2026, 6, 1, 12, 3, tzinfo=UTC)
IN_STEPS = "no transaction is open while the mail server is spoken to"
LATER = outbox.CLAIM_FOR + timedelta(minutes=1)
SENT = "attempts,body,claimed_at,sent_at"


@deed(outbox.queue_mail, writes="+OutboxMail", twice=Twice.ADDS)
def a_mail(clinic: Clinic) -> Arguments:
    return {"to": f"petra.{clinic.word}@example.net", "subject": "Some questions", "body": "Open it"}


@deed(
    outbox.send_waiting,
    writes=f"~OutboxMail:{SENT}",
    twice=Twice.ONCE,
    in_steps=IN_STEPS,
    later=LATER,
)
def one_that_waits(clinic: Clinic) -> Arguments:
    return {"mail_id": outbox.queue_mail(**a_mail(clinic)).pk, "now": clock.now()}


@deed(
    outbox.send_waiting,
    writes="~OutboxMail:attempts,claimed_at",
    twice=Twice.ONCE,
    in_steps=IN_STEPS,
    later=LATER,
)
def one_that_cannot_be_sent(clinic: Clinic) -> Arguments:
    bad = outbox.queue_mail(**a_mail(clinic) | {"to": "two\nlines@example.net"})
    return {"mail_id": bad.pk, "now": clock.now()}


@deed(heartbeats.note_heartbeat, writes="+Heartbeat", twice=Twice.ONCE)
def a_first_sign_of_life(clinic: Clinic) -> Arguments:
    return {"name": f"worker safety@{clinic.word}", "at": clock.now()}


@deed(heartbeats.note_heartbeat, writes="~Heartbeat:at", twice=Twice.ONCE)
def another_sign_of_life(clinic: Clinic) -> Arguments:
    heartbeats.note_heartbeat(**a_first_sign_of_life(clinic))
    return {"name": f"worker safety@{clinic.word}", "at": clock.now() + timedelta(minutes=1)}


@deed(heartbeats.forget_heartbeat, writes="-Heartbeat", twice=Twice.ONCE)
def a_worker_that_ends(clinic: Clinic) -> Arguments:
    heartbeats.note_heartbeat(**a_first_sign_of_life(clinic))
    return {"name": f"worker safety@{clinic.word}"}


def a_worker_that_lives(clinic: Clinic) -> Arguments:
    return a_worker_that_ends(clinic) and {"now": clock.now()}


@deed(heartbeats.forget_silent_workers, writes="-Heartbeat", twice=Twice.ONCE, others=a_worker_that_lives)
def a_worker_that_is_gone(clinic: Clinic) -> Arguments:
    name = a_worker_that_ends(clinic)["name"]
    heartbeats.forget_heartbeat(name=name)
    heartbeats.note_heartbeat(name=name, at=clock.now() - lateness.GONE - timedelta(minutes=1))
    return {"now": clock.now()}


@deed(marks.want_episode, writes="~EpisodeMark:wanted_rev", twice=Twice.ADDS)
def a_course(clinic: Clinic) -> Arguments:
    return {"episode": clinic.episode}


@deed(
    marks.want_episode,
    writes="~EpisodeMark:attempts,failure,parked_at,wanted_rev",
    again="~EpisodeMark:wanted_rev",
    twice=Twice.ADDS,
)
def a_parked_course(clinic: Clinic) -> Arguments:
    parked(EpisodeMark.objects.filter(episode=clinic.episode))
    return {"episode": clinic.episode}


@deed(marks.want_episode, writes="+EpisodeMark", again="~EpisodeMark:wanted_rev", twice=Twice.ADDS)
def a_course_without_a_mark(clinic: Clinic) -> Arguments:
    EpisodeMark.objects.filter(episode=clinic.episode).delete()
    return {"episode": clinic.episode}


@deed(
    marks.want_episodes,
    writes="+EpisodeMark ~EpisodeMark:wanted_rev",
    again="~EpisodeMark*2:wanted_rev",
    twice=Twice.ADDS,
)
def two_courses_one_of_them_without_a_mark(clinic: Clinic) -> Arguments:
    other = care.start_episode(**not_in_treatment(clinic))
    return {"episodes": [a_course_without_a_mark(clinic)["episode"], other]}


@deed(marks.want_study, writes="+StudyMark", again="~StudyMark:wanted_rev", twice=Twice.ADDS, of_site=True)
def a_study_without_a_mark(clinic: Clinic) -> Arguments:
    StudyMark.objects.filter(study=clinic.study).delete()
    return {"study": clinic.study}


@deed(
    marks.want_episodes,
    writes="~EpisodeMark:attempts,failure,parked_at,wanted_rev ~EpisodeMark:wanted_rev",
    again="~EpisodeMark*2:wanted_rev",
    twice=Twice.ADDS,
)
def two_courses_one_of_them_parked(clinic: Clinic) -> Arguments:
    other = care.start_episode(**not_in_treatment(clinic))
    return {"episodes": [a_parked_course(clinic)["episode"], other]}


@deed(
    marks.want_study,
    writes="~StudyMark:attempts,failure,parked_at,wanted_rev",
    again="~StudyMark:wanted_rev",
    twice=Twice.ADDS,
    of_site=True,
)
def a_parked_study(clinic: Clinic) -> Arguments:
    parked(StudyMark.objects.filter(study=clinic.study))
    return {"study": clinic.study}


def parked(mark: QuerySet) -> None:
    """As a job leaves it that has failed three times."""
    assert mark.update(attempts=3, failure="ValueError in courses.py, line 1", parked_at=clock.now())


def mistyped_once(clinic: Clinic) -> Arguments:
    sources = [tries.Source(tries.LINK, f"2001:db8::{clinic.patient.study_code}")]
    tries.put_down(sources=sources, now=NOW)
    return {"sources": sources, "now": NOW}


deed(tries.put_down, writes="~FailedTries:count", twice=Twice.ADDS)(mistyped_once)


@deed(
    tries.put_down,
    writes="-FailedTries +FailedTries",
    again="~FailedTries:count",
    twice=Twice.ADDS,
    others=mistyped_once,
)
def mistyped_long_ago(clinic: Clinic) -> Arguments:
    sources = [tries.Source(tries.LINK, f"2001:db8::{clinic.patient.study_code}")]
    tries.put_down(sources=sources, now=NOW - 3 * tries.ACCOUNT_WINDOW)
    return {"sources": sources, "now": NOW}


@deed(audit.record_read, writes="+ReadEvent", twice=Twice.ADDS)
def a_page_of_one(clinic: Clinic) -> Arguments:
    return {"by": clinic.lead, "patient": clinic.patient, "page": "patient"}


@deed(audit.record_reads, writes="+ReadEvent*2", twice=Twice.ADDS)
def a_page_of_two(clinic: Clinic) -> Arguments:
    other = people.enrol_patient(**nameless(clinic))
    return {"by": clinic.lead, "patients": [clinic.patient, other], "page": "caseload"}


@deed(chain.seal_days, writes="+AuditSegment", twice=Twice.ONCE, of_site=True)
def a_day_on_which_nothing_was_done(clinic: Clinic) -> Arguments:
    """Today is sealed, as if it were over, and tomorrow is over, too."""
    today = clock.real_now().date()
    chain.seal_days(now=ends(today) + GRACE)
    return {"now": ends(today + timedelta(days=1)) + GRACE}


def officer(clinic: Clinic) -> User:
    return person(f"Olga Officer {clinic.patient.study_code}", Role.OFFICER, site=clinic.site)


def nobody_looked(clinic: Clinic) -> Arguments:
    return {"now": clock.real_now()}


@deed(oversight.mark_odd_looks, writes="+OddLook", twice=Twice.ONCE, others=nobody_looked)
def a_stranger_looked(clinic: Clinic) -> Arguments:
    audit.record_read(by=clinic.researcher, patient=clinic.patient, page="patient")
    return {"now": clock.real_now()}


@deed(
    oversight.close_odd_look,
    Note(AuditAction.CLOSE_ODD_LOOK, of="look"),
    writes="~OddLook:closed_at,closed_by,reason +AuditEvent",
    twice=Twice.REFUSED,
)
def an_odd_look(clinic: Clinic) -> Arguments:
    oversight.mark_odd_looks(**a_stranger_looked(clinic))
    look = OddLook.objects.get(patient=clinic.patient.public_id)
    return {"by": officer(clinic), "look": look, "reason": "She was asked by the team."}


@deed(chain.check_chain, writes="+ChainCheck", twice=Twice.ADDS, of_site=True)
def nothing_sealed_yet(clinic: Clinic) -> Arguments:
    return {}


@deed(
    chain.settle_chain,
    Note(AuditAction.SETTLE_CHAIN),
    writes="+ChainSettlement +AuditEvent",
    twice=Twice.ADDS,
    of_site=True,
)
def a_finding(clinic: Clinic) -> Arguments:
    findings = ["deleted 2026-03-04 read 17"]
    return {"by": clinic.administrator, "findings": findings, "reason": "The restore of 4 March."}
