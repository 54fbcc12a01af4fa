"""What each deed writes, no row more and no row less, and what the audit log says of it."""

from __future__ import annotations

import pytest
from django.db import transaction

from tests.deeds import ledger
from tests.deeds.deed import Deed, Twice
from tests.deeds.stage import Stage, do, meant, told
from tests.deeds.table import DEEDS
from tracking.errors import TrackingError

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.one_engine("test_races holds each deed against the same ledger, on both engines"),
]


@pytest.mark.parametrize("deed", DEEDS, ids=str)
def test_it_writes_just_this_and_the_log_says_so(stage: Stage, deed: Deed) -> None:
    arguments = stage.arrange(deed)
    before = ledger.snapshot()
    result = do(deed, arguments)
    after = ledger.snapshot()
    assert ledger.entries(before, after) == ledger.read(deed.writes)
    assert told(before) == meant(deed, arguments, result)


@pytest.mark.parametrize("deed", DEEDS, ids=str)
def test_done_again(stage: Stage, deed: Deed) -> None:
    arguments = stage.arrange(deed)
    do(deed, arguments)
    once = ledger.snapshot()
    if deed.twice == Twice.REFUSED:
        with pytest.raises(TrackingError), transaction.atomic():
            do(deed, arguments)
        assert ledger.entries(once, ledger.snapshot()) == []
        return
    do(deed, arguments)
    more = [each for each in ledger.entries(once, ledger.snapshot()) if not each.endswith(":updated_at")]
    assert more == (ledger.read(deed.again) if deed.twice == Twice.ADDS else [])
