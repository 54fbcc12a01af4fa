"""How somebody came to the first dose, as a predictor of the outcome."""

from __future__ import annotations

import numpy as np
import pytest

from reports import analyses
from reports.pages.study.charts import predictor_title
from tests.reports.clinic import another_episode, felt, rate
from tracking.models import CareTeam, Study, User

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PATIENTS = 30  # ten for each of intercept, baseline and predictor
MOOD = "set_and_setting_first_mood_before"


def test_mood_before_the_first_dose_beside_the_baseline(
    team_a: CareTeam, study: Study, clinician: User
) -> None:
    rows = []
    for number in range(PATIENTS):
        episode = another_episode(team_a, clinician, study)
        baseline, mood, end = 20 + number % 7, number % 11, 5 + (number * number) % 13
        rate(episode, clinician, 0, baseline, time_point="baseline")
        for day, said in ((1, mood), (14, 10 - mood)):  # the second dose must not count
            felt(episode, clinician, day, said)
        rate(episode, clinician, 28, end, time_point="week 4")
        rows.append((1, baseline, mood, end))
    table = np.array(rows, dtype=float)
    slope = np.linalg.lstsq(table[:, :3], table[:, 3], rcond=None)[0][2]  # LAPACK's least squares

    found = analyses.predict(analyses.load(study))
    (model,) = found.models
    assert (model.predictor, model.regression.n) == (MOOD, PATIENTS)
    assert model.regression.terms[MOOD].value == pytest.approx(slope, abs=1e-9)
    assert found.covariates == ("baseline",)
    assert "meq30_first" in found.absent and "set_and_setting_first_readiness" in found.absent


def test_what_it_is_called_on_the_page() -> None:
    assert predictor_title(MOOD) == "Set and setting, first dose: mood before"
    assert predictor_title("meq30_first_positive_mood") == "MEQ30, first dose: positive mood"
