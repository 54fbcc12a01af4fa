"""The image from its first start to its end: it serves, it works, and it stops when it is told to."""

from __future__ import annotations

import re

import pytest

from tests.flows import image
from tests.flows.image import ROLES, Running, running, static_files

pytestmark = [pytest.mark.slow, pytest.mark.embedded]

BY_THE_WORKER = """
import time
from django.db.models import F
from reports.tasks import refresh_studies, sweep
from tracking.models import EpisodeMark, StudyMark

def behind():
    return [model.objects.filter(wanted_rev__gt=F("done_rev")).count() for model in (EpisodeMark, StudyMark)]

def wait_for(place):
    end = time.monotonic() + 120
    while behind()[place] and time.monotonic() < end:
        time.sleep(0.5)

assert behind() == [73, 1], behind()
sweep.delay()
wait_for(0)
refresh_studies.delay()
wait_for(1)
print("left", behind())
"""

BEHIND_THE_RECORD = """
from tracking.models import AuditEvent
AuditEvent.objects.filter(action="import_scores").delete()
"""


def test_the_image_from_first_start_to_end() -> None:
    with running() as clinic:
        clinic.up("web")
        assert clinic.get("/healthz")[::2] == (200, "ok")
        a_page_has_its_looks(clinic)
        for role in ROLES[1:]:
            clinic.up(role)
        data = "tracking/imports/data/phq9_items_chiu.csv"
        clinic.manage("import_scores", data, "--study", "chiu", "--spec", "phq9_items_chiu")
        assert "left [0, 0]" in clinic.manage("shell", "--verbosity", "0", "-c", BY_THE_WORKER)
        assert clinic.down(*reversed(ROLES)) == dict.fromkeys(ROLES, 0)

        clinic.up("web")
        assert clinic.log("migrate").count("Applying tracking.0001_initial") == 1
        assert clinic.log("migrate").count("No migrations to apply") == 1
        assert clinic.log("migrate").count("may do what the application does") == 2
        with pytest.raises(AssertionError, match="InsufficientPrivilege"):
            clinic.manage("shell", "--verbosity", "0", "-c", BEHIND_THE_RECORD)
        assert clinic.down("web") == {"web": 0}
        for role in ROLES:
            assert not re.search(r"Traceback|CRITICAL|ERROR", clinic.log(role)), clinic.log(role)


def a_page_has_its_looks(clinic: Running) -> None:
    status, _, page = clinic.get("/account/login/")
    files = static_files(page)
    assert status == 200
    assert [file for file in files if file.endswith(".css")]
    for file in files:
        assert clinic.get(file)[0] == 200, file
    assert clinic.get("/")[0] == 200  # which leads to the same door


def test_nothing_that_git_leaves_out_gets_into_the_image() -> None:
    unknown = (image.ROOT / ".gitignore").read_text().split()
    for line in unknown:
        path = line.rstrip("/").replace("*", "module")
        assert image.left_out(str(image.ROOT), [path]) or image.left_out(
            str(image.ROOT / "docker"), [path]
        ), line
