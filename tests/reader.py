"""Somebody who does at the pages what a guide says, word by word.

In the steps of a guide ``*Ask*`` is a link or a button to press or an answer to mark, ``**Reason**: `moved away```
a field and what is put into it. A name that ends with … stands for the one that begins so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.http import HttpResponse
from django.test import Client

STEP = re.compile(r"^\d+\. (.+?)(?=^\d+\. |^\S|\Z)", re.MULTILINE | re.DOTALL)
DOING = re.compile(r"\*\*(?P<label>[^*]+)\*\*: `(?P<value>[^`]*)`|(?<!\*)\*(?P<press>[^*]+)\*(?!\*)")
CHOSEN = ("radio", "checkbox")


@dataclass
class Control:
    """A field or button as a browser has it. ``text``: what is on a button; ``options``: values by what is read."""

    kind: str
    name: str
    value: str
    text: str = ""
    checked: bool = False
    options: dict[str, str] = field(default_factory=dict)


@dataclass
class Form:
    action: str
    method: str
    controls: list[Control] = field(default_factory=list)


class Page(HTMLParser):
    """What can be pressed and filled in. ``labels``: the controls that a label names, by its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self.forms: dict[str, Form] = {}
        self.labels: dict[str, list[Control]] = {}
        self._by_id: dict[str, Control] = {}
        self._for: list[tuple[str, str]] = []
        self._form = Form("", "get")
        self._open: list[tuple[str, dict[str, str], list[str], list[Control]]] = []
        self._select: Control | None = None
        self.feed(text)
        for name, target in self._for:
            if target in self._by_id:
                self.labels.setdefault(name, []).append(self._by_id[target])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(has.get("action", ""), has.get("method", "get").lower())
            self.forms[has.get("id", str(len(self.forms)))] = self._form
        elif tag in ("input", "select", "textarea", "button"):
            self._control(tag, has)
        if tag in ("a", "label", "button", "option", "textarea"):
            self._open.append((tag, has, [], []))

    def _control(self, tag: str, has: dict[str, str]) -> None:
        kind = has.get("type", "text") if tag == "input" else tag
        control = Control(kind, has.get("name", ""), has.get("value", ""), checked="checked" in has)
        if kind in CHOSEN and "value" not in has:
            control.value = "on"
        owner = self.forms.get(has["form"], self._form) if "form" in has else self._form
        owner.controls.append(control)
        self._by_id[has.get("id", "")] = control
        if tag == "select":
            self._select = control
        for opened, _, _, inside in self._open:
            if opened == "label":
                inside.append(control)

    def handle_data(self, data: str) -> None:
        for _, _, words, _ in self._open:
            words.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = Form("", "get")
        if not self._open or self._open[-1][0] != tag:
            return
        _, has, words, inside = self._open.pop()
        said = " ".join("".join(words).split())
        if tag == "a":
            self.links.append((said, has.get("href", "")))
        elif tag == "label":
            self.labels.setdefault(said, []).extend(inside)
            self._for.append((said, has.get("for", "")))
        elif tag == "option" and self._select:
            if "selected" in has or not self._select.options:
                self._select.value = has.get("value", said)
            self._select.options[said] = has.get("value", said)
        elif tag in ("button", "textarea"):
            written = [one for form in self.forms.values() for one in form.controls if one.kind == tag][-1:]
            for control in written:
                control.text = said
                control.value = "".join(words).removeprefix("\n") if tag == "textarea" else control.value


class Reader:
    """A browser at one page. ``said``: the words of the page. ``file``: what was downloaded last."""

    file = b""

    def __init__(self, client: Client, address: str) -> None:
        self.client = client
        self.go(address)

    def go(self, address: str) -> None:
        self._take(self.client.get(address, follow=True))

    def _take(self, answer: HttpResponse) -> None:
        assert answer.status_code == 200, f"{answer.status_code}: {answer.request['PATH_INFO']}"
        if not answer.headers["Content-Type"].startswith("text/html"):
            self.file = answer.getvalue()
            return
        self.address, text = answer.request["PATH_INFO"], answer.content.decode()
        self.page, self.said = Page(text), " ".join(re.sub(r"<[^>]+>", " ", text).split())

    def follow(self, steps: str) -> None:
        """Does all that the numbered steps of a text name, in their order."""
        for step in STEP.findall(steps):
            for doing in DOING.finditer(" ".join(step.split())):
                if doing["press"]:
                    self.press(doing["press"])
                else:
                    self.fill(doing["label"], doing["value"])

    def press(self, name: str) -> None:
        """The button that is called so, else the answer to be chosen, else the link."""
        for form in self.page.forms.values():
            for control in form.controls:
                if control.kind == "button" and _is(control.text, name):
                    return self._send(form, control)
        for said, controls in self.page.labels.items():
            if _is(said, name) and controls and controls[0].kind in CHOSEN:
                return self._choose(controls[0])
        address = next((address for said, address in self.page.links if _is(said, name)), None)
        assert address, f"{self.address} has nothing called {name}: {self._offered()}"
        return self.go(address)

    def _choose(self, chosen: Control) -> None:
        for form in self.page.forms.values():
            for control in form.controls:
                if control is chosen or (control.kind == "radio" and control.name == chosen.name):
                    control.checked = control is chosen

    def _offered(self) -> list[str]:
        buttons = [one.text for form in self.page.forms.values() for one in form.controls if one.text]
        return [*buttons, *(said for said, _ in self.page.links)]

    def fill(self, label: str, value: str) -> None:
        """The field that is labelled so; of a list the entry that reads ``value``."""
        for control in self.page.labels.get(label, ()):
            if control.kind == "select":
                assert value in control.options, f"{label} offers {list(control.options)}"
                control.value = control.options[value]
            else:
                control.value = value
            return
        raise AssertionError(f"{self.address} has no field {label}: {list(self.page.labels)}")

    def _send(self, form: Form, pressed: Control) -> None:
        sent: dict[str, list[str]] = {}
        for control in form.controls:
            is_left_out = control.kind in CHOSEN and not control.checked
            if control.name and not is_left_out and (control.kind != "button" or control is pressed):
                sent.setdefault(control.name, []).append(control.value)
        address = form.action or self.address
        send = self.client.get if form.method == "get" else self.client.post
        self._take(send(address, sent, follow=True))


def _is(said: str, name: str) -> bool:
    return said.startswith(name.removesuffix("…").rstrip()) if name.endswith("…") else said == name
