"""The page docs/methods/predictors.md: its commands, run as they stand there, print what it shows."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

from tests import guides

PAGE = guides.page("methods/predictors.md")


def run(command: list[str]) -> str:
    out = StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_a_covariate_of_an_import_is_a_predictor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(guides.ROOT)
    scores, covariates, predict = guides.commands(PAGE, "manage.py")
    run(scores)
    assert "Nobody has a value of ta" in run(predict)
    run(covariates)
    (shown,) = guides.blocks(PAGE, "text")
    assert run(predict) == shown.text
