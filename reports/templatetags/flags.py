"""Flags in words."""

from django import template

from reports.stats.flags import flag_words

register = template.Library()
register.filter("flag_words", flag_words)
