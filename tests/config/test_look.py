"""What every page is made of: forms, errors, account pages, the stylesheet's contrast, the content policy."""

import re
from pathlib import Path

import pytest
from django import forms
from django.conf import LazySettings
from django.template import engines
from django.test import Client

from config.environment import BASE
from tests.markup import markup
from tracking.models import User

TEMPLATES = sorted([*BASE.glob("config/templates/**/*.html"), *BASE.glob("*/templates/**/*.html")])
STYLESHEET = (BASE / "config" / "static" / "throughline.css").read_text()


class VisitForm(forms.Form):
    day = forms.IntegerField(help_text="Days since the first dose.")
    note = forms.CharField(required=False)
    agreed = forms.BooleanField(required=False)
    kind = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    of = forms.CharField(widget=forms.HiddenInput)


def test_an_error_stands_at_its_field_and_in_the_summary() -> None:
    page = markup(VisitForm({"day": "<b>soon", "kind": "a", "of": "7"}).render())
    assert 'aria-describedby="id_day_helptext id_day_error"' in page
    assert '<div class="error-text" id="id_day_error">Enter a whole number.</div>' in page
    assert '<a href="#id_day">Day</a>: Enter a whole number.' in page
    assert "<b>soon" not in page
    assert page.count('<input type="hidden" name="of" value="7" id="id_of">') == 1 and ">Of<" not in page


def test_a_form_without_errors_has_no_summary_and_marks_what_is_optional() -> None:
    page = markup(VisitForm().render())
    assert "error-summary" not in page
    assert re.findall(r">(\w+) <span class=\"optional\">", page) == ["Note"]
    assert "<legend>Kind</legend>" in page


def test_the_page_for_a_broken_house_needs_nothing_and_says_whom_to_call() -> None:
    page = (BASE / "config" / "templates" / "500.html").read_text()
    assert "{%" not in page
    assert "{{" not in page
    assert "112" in page


@pytest.mark.django_db
def test_what_is_not_there_is_one_and_the_same_page(client: Client) -> None:
    one, two = client.get("/nothing/at/all"), client.get("/x")
    assert one.status_code == two.status_code == 404
    assert one.content == two.content
    assert b"/nothing" not in one.content
    assert b"csrf" not in one.content


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/account/login/", "/account/password/reset/"])
def test_account_pages_stand_in_our_frame(client: Client, path: str) -> None:
    page = client.get(path).content.decode()
    assert '<main id="main" class="door">' in page
    assert '<label for="id_' in page


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/account/login/", "/protocols/"])
def test_where_everybody_is_invented_every_page_says_so(
    client: Client, clinician: User, settings: LazySettings, path: str
) -> None:
    if path == "/protocols/":
        client.force_login(clinician)
    ribbon = "Simulated people: nobody on this page is real."
    assert ribbon not in client.get(path).content.decode()
    settings.SITE_IS_DEMO = True
    page = client.get(path).content.decode()
    assert page.index(ribbon) < page.index('<main id="main"')


@pytest.mark.django_db
def test_a_wrong_password_is_said_once_and_does_not_tell_who_has_an_account(client: Client) -> None:
    page = client.post("/account/login/", {"login": "nobody@example.org", "password": "x"}).content.decode()
    assert 'class="error-summary" role="alert"' in page
    assert page.count("are not correct") == 1


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(BASE)))
def test_no_template_needs_a_looser_content_policy(path: Path) -> None:
    page = path.read_text()
    assert not re.search(r"\sstyle=|\son\w+=\"|javascript:", page)
    scripts = re.findall(r"<script(?![^>]*(?:\bsrc=|type=\"application/json\"))[^>]*>", page)
    assert not scripts


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(BASE)))
def test_every_template_compiles(path: Path) -> None:
    engines["django"].get_template(
        path.relative_to(next(x for x in path.parents if x.name == "templates")).as_posix()
    )


def themes() -> dict[str, dict[str, str]]:
    """The colour tokens of the three themes; dark and print replace those of light."""
    blocks = re.findall(r":root \{(.*?)\}", STYLESHEET, re.DOTALL)
    light, dark, paper = (
        dict(re.findall(r"(--[\w-]+): (#\w+);", block)) for block in blocks[:2] + blocks[-1:]
    )
    return {"light": light, "dark": light | dark, "print": light | paper}


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    shares = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, two: str) -> float:
    """Contrast ratio by WCAG 2.2, 1 to 21."""
    dark, light = sorted([luminance(one), luminance(two)])
    return (light + 0.05) / (dark + 0.05)


TEXT = [
    *[
        (text, ground)
        for text in ("--ink", "--soft", "--accent")
        for ground in ("--paper", "--card", "--sunk")
    ],
    *[(text, f"{text}-soft") for text in ("--accent", "--warn", "--alarm")],
    ("--on-accent", "--accent"),
    ("--on-alarm", "--alarm"),
    ("--chart-soft", "--chart-paper"),
    ("--chart-warn", "--chart-paper"),
    ("--chart-accent", "--chart-paper"),
    ("--chart-second", "--chart-paper"),
    ("--chart-on-soft", "--chart-accent-soft"),
    *[("--chart-ink", f"--band-{shade}") for shade in range(6)],
]


def test_the_contrast_formula_gives_the_published_ends() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("pair", TEXT, ids="-on".join)
def test_text_reaches_the_contrast_of_wcag_aa(theme: str, pair: tuple[str, str]) -> None:
    tokens = themes()[theme]
    assert contrast(tokens[pair[0]], tokens[pair[1]]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_edge_of_a_field_reaches_three_to_one(theme: str) -> None:
    tokens = themes()[theme]
    assert contrast(tokens["--edge"], tokens["--card"]) >= 3


@pytest.mark.parametrize("theme", ["light", "print"])
def test_bands_darken_step_by_step(theme: str) -> None:
    shades = [luminance(themes()[theme][f"--band-{shade}"]) for shade in range(6)]
    assert shades == sorted(shades, reverse=True)
    assert len(set(shades)) == 6


def test_the_dosing_room_is_as_dark_as_a_dark_device() -> None:
    """Two blocks of one list, as CSS cannot share it between a device's setting and a page's own."""
    device = re.search(r"@media \(prefers-color-scheme: dark\) \{\s*:root \{(.*?)\}", STYLESHEET, re.DOTALL)
    room = re.search(
        r"@media screen \{\s*body\.dim[^{]*\{\s*color-scheme: dark;(.*?)\}", STYLESHEET, re.DOTALL
    )
    assert device and room
    assert device[1].split() == room[1].split()
