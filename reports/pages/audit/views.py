"""The administrator's page: who did what at the own sites, and whether the record of it holds."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from reports.pages.audit.rows import Asked, audit_page
from tracking.actions.audit import record_reads
from tracking.models import User
from tracking.pages.access import SignedInRequest, roles_required
from tracking.pages.oversight.parts import broken_chain
from tracking.pages.parts import Rowed, day_field, offer_rows
from tracking.queries.administration import administered_users
from tracking.queries.chain import head, last_check
from tracking.vocabulary import ReadPage, Role
from tracking.vocabulary.audit import DeedKind


class AuditForm(Rowed):
    """What the list is narrowed by. Of what cannot be read nothing is taken."""

    first = day_field(pgettext_lazy("filter", "From"), required=False)
    last = day_field(pgettext_lazy("filter", "To"), required=False)
    person = forms.ModelChoiceField(
        label=pgettext_lazy("filter", "Who"),
        queryset=User.objects.none(),
        to_field_name="public_id",
        required=False,
        empty_label=gettext_lazy("anybody"),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("What was done"),
        required=False,
        choices=[("", gettext_lazy("everything")), *DeedKind.choices],
    )
    code = forms.CharField(label=gettext_lazy("Study code"), required=False, max_length=12)
    before = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, by: User) -> None:
        super().__init__(data)
        offer_rows(self, "person", administered_users(by))

    @property
    def asked(self) -> Asked:
        self.is_valid()
        found = self.cleaned_data
        return Asked(
            first=found.get("first"),
            last=found.get("last"),
            person=found.get("person"),
            kind=found.get("kind") or "",
            code=(found.get("code") or "").strip().upper(),
            before=found.get("before"),
        )


@require_safe
@roles_required(Role.ADMINISTRATOR)
def audit(request: SignedInRequest) -> HttpResponse:
    """Who did what, the latest first. Whose code stands here is noted in the read log."""
    form = AuditForm(request.GET, by=request.user)
    page = audit_page(request.user, form.asked)
    record_reads(by=request.user, patients=page.patients, page=ReadPage.ADMINISTRATION_AUDIT)
    sent = {
        name: value
        for name, value in request.GET.items()
        if name in form.fields and name != "before" and value
    }
    context = {
        "broken": broken_chain(),
        "sealed": head(),
        "checked": last_check(),
        "form": form,
        "page": page,
        "is_narrowed": bool(sent),
        "is_older": form.asked.before is not None,
        "query": f"{urlencode(sent)}&" if sent else "",
        "newest": urlencode(sent),
    }
    return render(request, "reports/audit.html", context)
