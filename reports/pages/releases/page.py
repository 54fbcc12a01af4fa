"""A release as its page tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from measures.language import marked
from reports.actions.release_closing import erased_since, fetches
from reports.models import Release, ReleaseStatus
from reports.pages.releases.words import LEFT_OUT, QUASI_IDENTIFIERS, said_again
from reports.pages.study.countable import countable
from reports.policies import may_decide, may_receive
from reports.release_frames import TABLES, uniqueness_ahead
from reports.stats.counts import SAFE
from tracking import clock
from tracking.models import User

LEVELS = {
    ReleaseStatus.REQUESTED: "warn",
    ReleaseStatus.REFUSED: "warn",
    ReleaseStatus.FAILED: "warn",
    ReleaseStatus.DECLINED: "quiet",
    ReleaseStatus.EXPIRED: "quiet",
    ReleaseStatus.REVOKED: "warn",
}
TO_BE_CLOSED = (ReleaseStatus.APPROVED, ReleaseStatus.READY)


@dataclass(frozen=True, slots=True)
class ReleasePage:
    """``release`` with what follows from it for this reader: what is said of it, and what they may do. ``fetched``: who
    had it handed over, and when. ``erased``: when people in it were erased since. ``alone``: how many stand alone, in
    words."""

    release: Release
    sentence: str
    level: str
    tables: list[str]
    may_decide: bool
    may_download: bool
    may_revoke: bool
    fetched: list[tuple[str, datetime]]
    erased: list[datetime]
    alone: list[str]

    @property
    def is_building(self) -> bool:
        return self.release.status == ReleaseStatus.APPROVED

    @property
    def countable(self) -> list[str]:
        """What the study's page withholds today and whoever has the rows can count, as long as they may leave."""
        open_ = self.release.status in (ReleaseStatus.REQUESTED, *TO_BE_CLOSED)
        return countable(self.release.study, self.release.tables) if open_ else []

    @property
    def told_from(self) -> int:
        """How many people a count must be of, that may be told to those who may not see rows."""
        return SAFE.smallest

    @property
    def quasi_identifiers(self) -> list[tuple[str, str]]:
        """What was done to each value that helps to find somebody."""
        found = self._disclosure.get("quasi_identifiers", {})
        return [(_(QUASI_IDENTIFIERS.get(name, name)), said_again(words)) for name, words in found.items()]

    @property
    def sample(self) -> list[tuple[str, str, str]]:
        """Who the people are: what is counted, the value, how many have it."""
        rows = self.release.manifest.get("sample", ())
        return [
            (
                _(QUASI_IDENTIFIERS.get(each["of"], each["of"])),
                said_again(each["value"]),
                said_again(each["patients"]),
            )
            for each in rows
        ]

    @property
    def by_design(self) -> bool:
        """Whether every patient has the same diagnosis because that is whom the study is about."""
        return bool(self._disclosure.get("diversity", {}).get("note"))

    @property
    def left_out(self) -> list[tuple[str, str]]:
        """Which patients are not in it, and how many."""
        found = self.release.manifest.get("patients_left_out", {})
        return [(_(LEFT_OUT.get(why, why)), said_again(count)) for why, count in found.items()]

    @property
    def warnings(self) -> list[str]:
        return [said_again(one) for one in self.release.manifest.get("warnings", ())]

    @property
    def reasons(self) -> list[str]:
        """Why it was stopped, or could not be built."""
        return [said_again(one) for one in self.release.reasons]

    @property
    def tables_left_out(self) -> list[str]:
        """Tables in which too few people had a row."""
        found: list[str] = self.release.manifest.get("disclosure", {}).get("tables_left_out", [])
        return found

    @property
    def withheld(self) -> list[tuple[str, int]]:
        """Cells and rows that were taken out, by where they stood."""
        cells = self._disclosure.get("cells_withheld", {})
        left_out = self._disclosure.get("rows_left_out", {})
        rows = {_("{table} (whole rows)").format(table=table): n for table, n in left_out.items()}
        return sorted((rows | cells).items())

    @property
    def _disclosure(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = self.release.manifest.get("disclosure", {})
        return found


def release_page(release: Release, reader: User) -> ReleasePage:
    """What this reader is told and may do. A release that is ready but past its time counts as expired."""
    waiting = release.status == ReleaseStatus.REQUESTED
    theirs = release.requested_by_id == reader.pk
    ready = release.is_to_be_had(clock.now())
    return ReleasePage(
        release=release,
        sentence=_sentence(release),
        level=LEVELS.get(ReleaseStatus(release.status), ""),
        tables=[_(TABLES[name][0]) for name in release.tables],
        may_decide=waiting and not theirs and may_decide(reader, release.study),
        may_download=ready and theirs and may_receive(reader, release.study),
        may_revoke=release.status in TO_BE_CLOSED and may_decide(reader, release.study),
        fetched=_fetched(release) if release.built_at else [],
        erased=erased_since(release) if release.built_at else [],
        alone=_alone(release, ahead=waiting and not theirs and may_decide(reader, release.study)),
    )


def _alone(release: Release, *, ahead: bool) -> list[str]:
    """How far scores, and start, end and status, tell people apart: in what was built, or ``ahead`` of a decision."""
    told = release.manifest.get("standing_alone")
    if told:
        patients, scores, course = (
            told[name] for name in ("patients", "by_scores_alone", "by_start_end_and_status")
        )
    elif ahead:
        found = uniqueness_ahead(release.study, release.tables)
        patients, scores, course = found.patients, found.by_scores, found.by_course
    else:
        return []
    said = [
        (scores, _("{n} of {all} by their scores alone")),
        (course, _("{n} of {all} by start, end and status")),
    ]
    return [words.format(n=n, all=patients) for n, words in said if n is not None]


def _fetched(release: Release) -> list[tuple[str, datetime]]:
    events = fetches(release)
    names = dict(
        User.objects.filter(public_id__in={one.actor for one in events}).values_list("public_id", "name")
    )
    return [(names.get(one.actor, "") if one.actor else "", one.at) for one in events]


def _sentence(release: Release) -> str:
    status = _(SENTENCES[ReleaseStatus(release.status)])
    if not release.manifest:
        return status
    patients, told = release.manifest["patients"], release.manifest["disclosure"]
    people = ngettext(
        "{n} patient, nobody among fewer than {smallest} alike.",
        "{n} patients, nobody among fewer than {smallest} alike.",
        patients,
    ).format(n=patients, smallest=told["smallest_class"])
    return f"{people} {status}"


SENTENCES = {
    ReleaseStatus.REQUESTED: marked("Waits for a data steward of the study who did not ask for it."),
    ReleaseStatus.DECLINED: marked("Declined: nothing was built."),
    ReleaseStatus.APPROVED: marked("Approved, and being built and checked."),
    ReleaseStatus.READY: marked("Every byte was searched for every identifier before it was made ready."),
    ReleaseStatus.REFUSED: marked("The checks stopped it: nothing has left."),
    ReleaseStatus.FAILED: marked("It could not be built: nothing has left."),
    ReleaseStatus.EXPIRED: marked("The file was removed after its time."),
    ReleaseStatus.REVOKED: marked("Closed before its time: nobody can fetch it any more."),
}
