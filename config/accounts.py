"""How allauth behaves here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.sites.shortcuts import get_current_site
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from config.known_browsers import known_browser, note_link_of_the_mail, remember, same
from tracking.actions import tries
from tracking.actions.outbox import queue_mail
from tracking.addresses import client_address, client_network
from tracking.models import User


class ClosedAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts are given by the site administrator; nobody signs up. Wrong passwords are counted by our own limits."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_wrong_passwords": gettext_lazy(
            "Too many failed attempts. Please wait a quarter of an hour. If you are still refused then, have a link"
            " for a new password sent to you: it lets you in here."
        )
    }
    counted: tries.Tries | None = None

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """By the outbox: a page waits for no mail server, and takes as long where there is nobody to write to."""
        about = {"request": self.request, "email": email, "current_site": get_current_site(self.request)}
        written = self.render_mail(template_prefix, email, about | context)
        queue_mail(to=email, subject=written.subject, body=written.body)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """The try is put down before the password is looked at."""
        name = same(credentials.get("email", ""))
        sources = tries.sign_in_sources(
            name=name, network=client_network(request), browser=known_browser(request, name)
        )
        self.counted = tries.put_down(sources=sources, now=timezone.now())
        if self.counted is None:
            raise self.validation_error("too_many_wrong_passwords")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        user: User | None = super().authenticate(request, **credentials)
        if user and self.counted:
            tries.take_back(tries=self.counted)
        return user

    def post_login(self, request: HttpRequest, user: User, **rest: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **rest)
        remember(request, response, user.email)
        return response

    def set_password(self, user: User, password: str) -> None:
        """By a link out of the mail, or by whoever is signed in already."""
        super().set_password(user, password)
        note_link_of_the_mail(self.request, user.email)
