"""A clinic behind a proxy, and people at addresses of their own who come to its door."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.browser.site import NOT_OURS, WEB, process
from tests.deployment import CLINIC
from tests.servers import free_port, postgres, short_folder, wait_for_port

ROOT = Path(__file__).parents[2]
HOST = "throughline.example"
PASSWORD = "eleven grey herons"
STAFF = 44
START = 240  # seconds, with other tests on both cores
SEED = f"""
import json, sys, django
django.setup()
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("createcachetable", verbosity=0)
call_command("collectstatic", verbosity=0, interactive=False)
from tests.cast import days_ago, person
from tracking.actions import care, links, people, scheduling, tokens
from tracking.models import User
from tracking.vocabulary import Role
site = care.create_site(by=None, key="north", name="North", crisis_contacts="Crisis line, 0800 111 0 111")
team = care.create_team(by=None, site=site, name="A")
staff = [person(f"Staff {{number}}", Role.CLINICIAN) for number in range({STAFF})]
User.objects.update(password=make_password({PASSWORD!r}))
clinician = staff[0]
care.add_member(by=None, team=team, user=clinician, is_lead=True, starts_on=days_ago(400))
patient = people.enrol_patient(
    by=clinician, team=team, identity={{"given_name": "Petra", "family_name": "Patientin"}}, sex="female",
    enrolled_on=days_ago(20),
)
episode = care.start_episode(
    by=clinician, patient=patient, diagnosis="mdd", protocol="psilocybin-mdd", arm="psilocybin", starts_on=days_ago(9)
)
asked = scheduling.create_request(by=clinician, episode=episode, instrument="phq9", due_on=days_ago(1))
link, token = links.issue_link(by=clinician, episode=episode, requests=[asked])
api = tokens.create_token(by=clinician)[1]
Authenticator.objects.all().delete()  # these are their days of grace: the password alone lets them in
print(json.dumps({{"link": token, "api": api}}))
"""
RESET_LINK = """
import sys, django
django.setup()
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse
from tracking.models import User
user = User.objects.get(email=sys.argv[1])
key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
print(reverse("account_reset_password_from_key", kwargs=key))
"""


@dataclass
class Visitor:
    """Somebody with a browser at one network address. Cookies are kept, as a browser keeps them."""

    port: int
    address: str
    cookies: dict[str, str] = field(default_factory=dict)
    is_in: bool = False

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        return self._ask("GET", path, None, headers)

    def post(self, path: str, given: dict[str, str], **headers: str) -> tuple[int, str]:
        form = {"Content-Type": "application/x-www-form-urlencoded", "Referer": f"https://{HOST}{path}"}
        return self._ask("POST", path, urlencode(given), form | headers)

    def sign_in(self, number: int | str, password: str = PASSWORD, **headers: str) -> bool:
        """Whether it let this person in. Whoever was in has closed the browser meanwhile."""
        if self.is_in:
            self.cookies = {name: value for name, value in self.cookies.items() if "session" not in name}
        name = f"staff.{number}@example.org" if isinstance(number, int) else number
        status, page = self.get("/account/login/", **headers)
        assert status == 200, status
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token
        given = {"csrfmiddlewaretoken": token[1], "login": name, "password": password}
        status, self.said = self.post("/account/login/", given, **headers)
        self.is_in = status == 302
        return self.is_in

    def choose_a_new_password(self, link: str, password: str) -> None:
        status, _ = self.get(link)
        assert status == 302
        form = self.led_to  # an address without the key
        page = self.get(form)[1]
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token
        given = {"csrfmiddlewaretoken": token[1], "password1": password, "password2": password}
        assert self.post(form, given)[0] == 302

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=60, source_address=(self.address, 0)
        )
        connection.request(method, path, body, {"Host": HOST, "Cookie": cookies} | headers)
        answer = connection.getresponse()
        for line in answer.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        text, self.led_to = answer.read().decode(), answer.headers.get("Location", "")
        connection.close()
        return answer.status, text


@dataclass(frozen=True)
class Door:
    """The clinic from outside: where its proxy listens, a patient's link and a token of the API."""

    port: int
    link: str
    api: str
    environment: dict[str, str]

    def reset_link(self, number: int) -> str:
        """The address that stands in the mail to somebody who has forgotten the password."""
        return said_by(["-c", RESET_LINK, f"staff.{number}@example.org"], self.environment)

    def visitor(self, address: str) -> Visitor:
        return Visitor(self.port, address)


@contextmanager
def clinic_behind_a_proxy(engine: str) -> Iterator[Door]:
    """On an engine that stays."""
    with ExitStack() as stack:
        database = stack.enter_context(postgres()) if engine == "postgresql" else ""
        yield stack.enter_context(served(database))


@contextmanager
def served(database: str = "") -> Iterator[Door]:
    """Settings of a clinic, gunicorn as ``docker/entrypoint`` starts it, and a proxy process before it. ``database``:
    its address, else SQLite."""
    with short_folder("tlout") as var, ExitStack() as stack:
        ours = environment(var) | {"BIND": f"127.0.0.1:{free_port()}"}
        if database:
            ours |= {"DATABASE_URL": database}
        facts = seeded(ours)
        upstream, port = int(ours["BIND"].split(":")[1]), free_port()
        for arguments in (WEB, ["-m", "tests.proxy", str(port), str(upstream)]):
            stack.enter_context(process(arguments, ours, var / "log"))
        for each in (upstream, port):
            wait_for_port(each, START)
        yield Door(port, facts["link"], facts["api"], ours)


def environment(var: Path) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    clinic = {name: value for name, value in CLINIC.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    return (
        inherited
        | clinic
        | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "THROUGHLINE_VAR": str(var),
            "SECURE_TLS": "true",
            "PYTHONWARNINGS": "ignore",
        }
    )


def seeded(ours: dict[str, str]) -> dict[str, Any]:
    return json.loads(said_by(["-c", SEED], ours))


def said_by(arguments: list[str], ours: dict[str, str]) -> str:
    """The last line that Python prints in the clinic."""
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, env=ours, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.splitlines()[-1]
