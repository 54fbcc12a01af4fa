"""Instruments: what is asked, how it is scored, what its bands are, and what may be shown of its wording."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from measures.errors import UnknownInstrument
from measures.instrument import (
    Band,
    BandSet,
    Instrument,
    Item,
    Levels,
    Missing,
    Option,
    Outcome,
    Rights,
    Scale,
    Skip,
    Source,
    Step,
)
from tracking.api.doors import Door
from tracking.api.permissions import STAFF
from tracking.models import User
from tracking.queries.catalogue import entry_of, known_instruments

T = TypeVar("T")


# No docstring: the schema would show it with every part that has none of its own.
class Described(serializers.Serializer[T]):
    label: Any  # a declared field is taken off the class, so it may be called as what every field has
    required: Any
    source: Any


class SourceSerializer(Described[Source]):
    text = serializers.CharField()
    confidence = serializers.CharField()


class RightsSerializer(Described[Rights]):
    """``wording`` says whose words the labels are: ``verbatim`` the authors', ``labels`` our own."""

    holder = serializers.CharField()
    terms = serializers.CharField()
    wording = serializers.CharField()


class OptionSerializer(Described[Option]):
    value = serializers.FloatField()
    label = serializers.CharField()


class ItemSerializer(Described[Item]):
    """``options`` stand in the order in which they are shown. A ``reverse`` item is answered as it stands and
    scored as ``minimum + maximum - answer``. ``max_length`` is a free text's, in characters; ``section`` the
    heading below which the item stands, "" where there is none."""

    code = serializers.CharField()
    label = serializers.CharField()
    section = serializers.CharField()
    kind = serializers.CharField()
    options = OptionSerializer(many=True)
    minimum = serializers.FloatField()
    maximum = serializers.FloatField()
    reverse = serializers.BooleanField()
    decimals = serializers.BooleanField()
    unit = serializers.CharField()
    max_length = serializers.IntegerField()
    scored = serializers.BooleanField()
    required = serializers.BooleanField()
    is_critical = serializers.SerializerMethodField()

    def get_is_critical(self, item: Item) -> bool:
        return item.critical is not None


class BandSerializer(Described[Band]):
    key = serializers.CharField()
    label = serializers.CharField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class BandSetSerializer(Described[BandSet]):
    key = serializers.CharField()
    bands = BandSerializer(many=True)
    source = SourceSerializer()


class MissingSerializer(Described[Missing]):
    """``policy``: ``strict``, or how an estimate is made from up to ``up_to`` missing answers."""

    policy = serializers.CharField()
    up_to = serializers.IntegerField()
    source = SourceSerializer(allow_null=True)


class ScaleSerializer(Described[Scale]):
    """``groups``: of ``max_of_groups`` alone. ``skips``: whether an item that needs no answer is no gap here."""

    key = serializers.CharField()
    title = serializers.CharField()
    items = serializers.ListField(child=serializers.CharField())
    rule = serializers.CharField()
    minimum = serializers.FloatField()
    maximum = serializers.FloatField()
    direction = serializers.CharField()
    unit = serializers.CharField()
    groups = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    skips = serializers.BooleanField()
    missing = MissingSerializer()
    band_sets = BandSetSerializer(many=True)


class ConclusionSerializer(Described[Outcome]):
    key = serializers.CharField()
    title = serializers.CharField()
    source = SourceSerializer()


class SkipSerializer(Described[Skip]):
    """``items`` need no answer when those of ``when`` are answered and add up to the bound, where there is one.
    Left out, each counts as ``counts_as``; ``strikes``: whatever was answered there does not count."""

    items = serializers.ListField(child=serializers.CharField())
    when = serializers.ListField(child=serializers.CharField())
    at_most = serializers.FloatField(allow_null=True)
    at_least = serializers.FloatField(allow_null=True)
    counts_as = serializers.FloatField(allow_null=True)
    strikes = serializers.BooleanField()
    source = SourceSerializer()


class StepSerializer(Described[Step]):
    key = serializers.CharField()
    label = serializers.CharField()
    outcome = serializers.CharField()


class LevelsSerializer(Described[Levels]):
    """Ordered categories: the highest step whose outcome is met, else ``lowest``."""

    key = serializers.CharField()
    title = serializers.CharField()
    lowest = serializers.CharField()
    lowest_label = serializers.CharField()
    steps = StepSerializer(many=True)
    source = SourceSerializer()


class InstrumentSummarySerializer(Described[Instrument]):
    key = serializers.CharField()
    version = serializers.CharField()
    title = serializers.CharField()
    short_title = serializers.CharField()
    rater = serializers.CharField()
    rights = RightsSerializer()


class InstrumentSerializer(InstrumentSummarySerializer):
    recall = serializers.CharField()
    minutes = serializers.IntegerField()
    instruction = serializers.CharField()
    sources = SourceSerializer(many=True)
    items = ItemSerializer(many=True)
    scales = ScaleSerializer(many=True)
    outcomes = ConclusionSerializer(many=True)
    levels = LevelsSerializer(many=True)
    skips = SkipSerializer(many=True)


class InstrumentDoor(Door[Model]):
    """Instruments that ship and the site's own, the latest version of each, and any version by name."""

    roles = STAFF
    serializer_class = InstrumentSummarySerializer
    filter_backends = ()

    @extend_schema(operation_id="instruments_list")
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(known_instruments(self.request.user))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(operation_id="instruments_retrieve", responses=InstrumentSerializer)
    def retrieve(self, request: Request, key: str) -> Response:
        """The latest version."""
        return Response(InstrumentSerializer(_instrument(self.request.user, key)).data)

    @extend_schema(operation_id="instruments_version", responses=InstrumentSerializer)
    def version(self, request: Request, key: str, version: str) -> Response:
        """The version that an assessment names."""
        return Response(InstrumentSerializer(_instrument(self.request.user, key, version)).data)


def _instrument(user: User, key: str, version: str | None = None) -> Instrument:
    try:
        return entry_of(user, key, version).instrument
    except UnknownInstrument as error:
        raise Http404 from error
