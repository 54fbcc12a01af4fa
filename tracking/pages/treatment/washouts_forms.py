"""How many days a site asks for."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from tracking.actions.washouts import LONGEST_WASHOUT
from tracking.pages.parts import Rowed


class WashoutRuleForm(Rowed):
    """The days without the medication before the first dose."""

    days = forms.IntegerField(
        label=gettext_lazy("Days without it before a dose"),
        help_text=gettext_lazy(
            "Counted from the first day without it to the day of the dose. 0: it need not be stopped."
        ),
        min_value=0,
        max_value=LONGEST_WASHOUT,
    )
