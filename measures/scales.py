"""One scale: from checked answers to its score, by the rule that the definition names."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from measures.exact import exact, plain, round_half_up, total
from measures.instrument import Band, BandSet, Instrument, Item, Number, Scale
from measures.result import Reply, ScaleResult

Points = Mapping[str, Fraction]  # what each item that counts comes to

# Rules whose score is no sum over the items, so that a mean per item or a percentage says nothing.
NO_MEAN = frozenset({"max_of_groups", "highest_yes"})


def score_scale(
    instrument: Instrument,
    scale: Scale,
    replies: Mapping[str, Reply],
    left_out: Mapping[str, Number | None],
) -> ScaleResult:
    """The score of one scale. ``left_out``: the items that need no answer, with what each counts as.

    A struck item never counts. A scale that does not honour skips takes a skipped item as missing.
    """
    items = instrument.items_of(scale)
    answered = {
        item.code: _points(item, reply)
        for item in items
        if (reply := replies[item.code]) is not None and item.code not in left_out
    }
    points = answered | (_counted(scale, left_out) if scale.skips else {})
    missing = [
        item for item in items if item.code not in points and not (scale.skips and item.code in left_out)
    ]
    highest = total(exact(item.maximum) for item in items)
    partial = _raw(scale, points)
    whole = None if missing else partial
    value = None if whole is None else _apply(scale, whole, highest)
    estimate = _estimate(scale, partial, len(points), missing, highest)
    plain_sum = None if whole is None or scale.rule in NO_MEAN else whole
    return ScaleResult(
        value=None if value is None else plain(value),
        partial=plain(partial),
        items_answered=len(answered),
        items_missing=len(missing),
        prorated=None if estimate is None else plain(estimate),
        band=band_of(scale, value if value is not None else estimate),
        band_set=scale.band_sets[0].key if scale.band_sets else None,
        sum=None if whole is None else plain(whole),
        mean=None if plain_sum is None else float(plain_sum / len(items)),
        percent=None if plain_sum is None else float(100 * plain_sum / highest),
    )


def band_of(scale: Scale, value: Fraction | None) -> str | None:
    """The key of the band of a score, or of an estimate, in the set that is used (the first)."""
    if value is None or not scale.band_sets:
        return None
    band = band_in(scale.band_sets[0], plain(value))
    return band.key if band else None


def band_in(band_set: BandSet, value: Number) -> Band | None:
    """The band that a score, or an estimate rounded half up, falls into; ``None`` outside the scale."""
    points = round_half_up(exact(value))
    return next((band for band in band_set.bands if band.low <= points <= band.high), None)


def _points(item: Item, reply: bool | Number) -> Fraction:
    return exact(item.minimum) + exact(item.maximum) - exact(reply) if item.reverse else exact(reply)


def _counted(scale: Scale, left_out: Mapping[str, Number | None]) -> dict[str, Fraction]:
    return {
        code: exact(counts_as)
        for code, counts_as in left_out.items()
        if code in scale.items and counts_as is not None
    }


def _raw(scale: Scale, points: Points) -> Fraction:
    """The sum of what counts, or what stands in its place under a rule that is no sum."""
    if scale.rule == "max_of_groups":
        given = ([points[code] for code in group if code in points] for group in scale.groups)
        return total(max(group) for group in given if group)
    if scale.rule == "highest_yes":
        yes = (place for place, code in enumerate(scale.items, start=1) if points.get(code))
        return Fraction(max(yes, default=0))
    return total(points.values())


def _apply(scale: Scale, raw: Fraction, highest: Fraction) -> Fraction:
    if scale.rule == "mean":
        return raw / len(scale.items)
    if scale.rule == "percent_of_max":
        return 100 * raw / highest
    return raw + len(scale.items) if scale.rule == "sum_from_one" else raw


def _estimate(
    scale: Scale, partial: Fraction, given: int, missing: list[Item], highest: Fraction
) -> Fraction | None:
    if not given or not 0 < len(missing) <= scale.missing.up_to or scale.missing.policy == "strict":
        return None
    if scale.missing.policy == "prorate_unless_critical" and any(item.critical for item in missing):
        return None
    return _apply(scale, partial * len(scale.items) / given, highest)
