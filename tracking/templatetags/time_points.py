"""The time points of protocols, as they are read."""

from django import template

from tracking.vocabulary.time_points import time_point_in_words

register = template.Library()
register.filter("time_point", time_point_in_words)
