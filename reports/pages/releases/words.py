"""What a release says of itself, in the reader's language.

Its manifest leaves in English and is shown as it left, and why it was stopped is kept as it was said: so each sentence
is known here by its pattern, and said again.
"""

from __future__ import annotations

import re
from functools import cache

from django.utils.translation import gettext as _

from measures.language import marked

QUASI_IDENTIFIERS = {
    "sex": marked("Sex"),
    "age": marked("Age"),
    "diagnosis": marked("Diagnosis"),
    "protocol": marked("Protocol"),
    "arm": marked("Arm"),
    "medication": marked("Medication"),
    "dosed substance": marked("Dosed substance"),
}
LEFT_OUT = {
    "without consent to research": marked("Patients without consent to research"),
    "waiting, so that no earlier release tells them apart": marked(
        "Patients waiting, so that no earlier release tells them apart"
    ),
    "waiting, so that no earlier release and no page of the study tells them apart": marked(
        "Patients waiting, so that no earlier release and no page of the study tells them apart"
    ),
}
SENTENCES = (
    # how many
    marked("none"),
    marked("fewer than {n}"),
    # what was done to what helps to find somebody
    marked("as recorded"),
    marked("not released"),
    marked("in bands of 10 years or wider, told of {n} of {all} patients, as far as {k} are alike"),
    marked("told of {n} of {all} patients, as far as {k} are alike"),
    marked("any age"),
    marked("not recorded"),
    marked("other"),
    marked("withheld"),
    marked("those of fewer than {n} patients are called other"),
    marked("all are called other"),
    marked("not released, nor whether there is any"),
    # what somebody should look at
    marked("{column} has more than {n} different texts"),
    # why nothing has left
    marked("Fewer than {n} patients may be released."),
    marked("No combination of generalised values leaves every patient among at least {n} alike."),
    marked(
        "At best {fewest} of {patients} patients would lose all descriptive values; no more than {share} may."
    ),
    marked("Put beside an earlier release of this study, this one would single out fewer than {n} patients."),
    marked("It can be built when more patients have joined the study."),
    marked("The leak scan stopped it: {where} holds {what}."),
    marked("Somebody in it no longer consents to research."),
    marked("The person who asked is no longer a researcher of this study."),
    marked("The record of who did what was changed: no data leave until this is settled."),
    marked("The worker was lost three times while it was being built."),
    marked("The disk is full."),
    marked("The disk is full. It will be tried again."),
    marked("It could not be built ({kind})."),
    marked("It could not be built ({kind}). It will be tried again."),
    # bands of age: last, for much could be read so
    marked("under {age}"),
    marked("{age} or over"),
    marked("{low} to {high}"),
)


def said_again(text: str) -> str:
    """A sentence in the language of the moment; one that is not known here as it was kept."""
    for sentence in SENTENCES:
        if found := _pattern(sentence).fullmatch(text):
            return _(sentence).format(**found.groupdict())
    return text


@cache
def _pattern(sentence: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", re.escape(sentence)))
