"""The HTML of an answer as a browser reads it, and the words in it."""

from __future__ import annotations

import re

from django.http import HttpResponse

BLOCKS = (
    "p|div|h[1-6]|ul|ol|li|dl|dt|dd|table|caption|thead|tbody|tr|th|td|section|article|aside|nav|form|fieldset|legend|"
    "label|details|summary|br|small"
)


def said(answer: HttpResponse | str) -> str:
    """What it says, without its tags. What is isolated for its direction runs on."""
    text = answer if isinstance(answer, str) else answer.content.decode()
    text = re.sub(r"</?bdi\b[^>]*>", "", text)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def markup(answer: HttpResponse | str) -> str:
    """A run of white space is one space; at the borders of a block and at the ends of an element there is none."""
    text = answer if isinstance(answer, str) else answer.content.decode()
    text = re.sub(r"\s+", " ", text).replace(" >", ">")
    text = re.sub(rf" ?(</?(?:{BLOCKS})\b[^>]*>) ?", r"\1", text)
    return re.sub(r"(<\w[^>]*>) | (?=</)", r"\1", text)
