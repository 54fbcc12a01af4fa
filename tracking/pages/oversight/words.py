"""What a look at the chain has found, and what is odd about a look at a record, in the reader's language."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from measures.language import marked
from tracking.rules.chain import Fault, Finding, Kind
from tracking.rules.oversight import MANY, Sign

OF_ROW = {
    (Kind.AUDIT, Fault.ALTERED): marked("{day}: entry {row} of what was done was altered"),
    (Kind.AUDIT, Fault.DELETED): marked("{day}: entry {row} of what was done was deleted"),
    (Kind.AUDIT, Fault.INSERTED): marked("{day}: entry {row} of what was done was put in later"),
    (Kind.READ, Fault.ALTERED): marked("{day}: entry {row} of who looked was altered"),
    (Kind.READ, Fault.DELETED): marked("{day}: entry {row} of who looked was deleted"),
    (Kind.READ, Fault.INSERTED): marked("{day}: entry {row} of who looked was put in later"),
}
OF_DAY = {
    Fault.SEGMENT_ALTERED: marked("{day}: the seal of this day is not the one that was made"),
    Fault.SEGMENT_MISSING: marked("{day}: the seal of this day is missing"),
    Fault.OTHER_ANCHOR: marked("{day}: the print that was kept outside is another one"),
}

OF_SIGN = {
    Sign.OUTSIDE: marked("not in the team"),
    Sign.OWN_NAME: marked("own name"),
    Sign.SURNAME: marked("same surname"),
    Sign.MANY: marked("more than {many} in an hour"),
    Sign.EMERGENCY: marked("opened in an emergency"),
}


def sign_in_words(sign: str) -> str:
    return _(OF_SIGN[Sign(sign)]).format(many=MANY)


def in_words(key: str) -> str:
    """A finding as it is stored (``rules.chain.Finding.key``), as a sentence."""
    found = Finding.read(key)
    sentence = OF_ROW[found.kind, found.fault] if found.kind else OF_DAY[found.fault]
    return _(sentence).format(day=date_format(found.day, "DATE_FORMAT") if found.day else "-", row=found.row)
