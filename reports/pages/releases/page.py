"""A release as its page tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reports.models import Release, ReleaseStatus
from reports.policies import may_decide, may_receive
from reports.release_frames import TABLES
from tracking import clock
from tracking.models import User

LEVELS = {
    ReleaseStatus.REQUESTED: "warn",
    ReleaseStatus.REFUSED: "warn",
    ReleaseStatus.FAILED: "warn",
    ReleaseStatus.DECLINED: "quiet",
    ReleaseStatus.EXPIRED: "quiet",
}


@dataclass(frozen=True, slots=True)
class ReleasePage:
    """``release`` with what follows from it for this reader: what is said of it, and what they may do."""

    release: Release
    sentence: str
    level: str
    tables: list[str]
    may_decide: bool
    may_download: bool

    @property
    def is_building(self) -> bool:
        return self.release.status == ReleaseStatus.APPROVED

    @property
    def quasi_identifiers(self) -> list[tuple[str, str]]:
        """What was done to each value that helps to find somebody."""
        return list(self._disclosure.get("quasi_identifiers", {}).items())

    @property
    def withheld(self) -> list[tuple[str, int]]:
        """Cells and rows that were taken out, by where they stood."""
        cells = self._disclosure.get("cells_withheld", {})
        rows = {f"{table} (whole rows)": n for table, n in self._disclosure.get("rows_left_out", {}).items()}
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
        tables=[TABLES[name][0] for name in release.tables],
        may_decide=waiting and not theirs and may_decide(reader, release.study),
        may_download=ready and theirs and may_receive(reader, release.study),
    )


def _sentence(release: Release) -> str:
    if not release.manifest:
        return SENTENCES[ReleaseStatus(release.status)]
    told = release.manifest["disclosure"]
    people = (
        f"{release.manifest['patients']} patients, nobody among fewer than {told['smallest_class']} alike"
    )
    return f"{people}. {SENTENCES[ReleaseStatus(release.status)]}"


SENTENCES = {
    ReleaseStatus.REQUESTED: "Waits for a data steward of the study who did not ask for it.",
    ReleaseStatus.DECLINED: "Declined: nothing was built.",
    ReleaseStatus.APPROVED: "Approved, and being built and checked.",
    ReleaseStatus.READY: "Every byte was searched for every identifier before it was made ready.",
    ReleaseStatus.REFUSED: "The checks stopped it: nothing has left.",
    ReleaseStatus.FAILED: "It could not be built: nothing has left.",
    ReleaseStatus.EXPIRED: "The file was removed after its time.",
}
