"""What is kept with what an end has dropped."""

from __future__ import annotations

import pytest

from tracking.rules.policies.endings import ENDED_BECAUSE
from tracking.vocabulary import EndReason


@pytest.mark.parametrize("reason", EndReason)
def test_why_it_ended_is_kept_in_the_words_of_its_reason(reason: EndReason) -> None:
    """One sentence for each, so that it can be translated whole."""
    assert ENDED_BECAUSE[reason] == f"The treatment ended: {str(reason.label).lower()}"
