"""What is looked at in one world is shared by the tests that read it: no test changes it."""

from __future__ import annotations

import pytest
from pytest_django import DjangoDbBlocker

from tests.architecture.looks import Seen, look_around


@pytest.fixture(scope="session")
def seen(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Seen:
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("tracking.tasks.current_app.send_task", lambda *_, **__: None)
        return look_around()
