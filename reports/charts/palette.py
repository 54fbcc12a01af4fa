"""Colours and letter sizes of every chart.

Colours are the page's own tokens, so one SVG is right in light, dark and print; the value after the comma is
what a viewer without the stylesheet (a mail, a saved file) shows.
"""

INK = "var(--chart-ink, #2b3a3c)"
SOFT = "var(--chart-soft, #5b676a)"
LINE = "var(--chart-line, #dcdad2)"
PAPER = "var(--chart-paper, #ffffff)"
ACCENT = "var(--chart-accent, #0f6b6b)"
ACCENT_SOFT = "var(--chart-accent-soft, #b9d5d2)"
ON_SOFT = "var(--chart-on-soft, #0e4746)"
WARN = "var(--chart-warn, #805300)"
HATCH = "var(--chart-hatch, #a39a80)"

BANDS = (
    "var(--band-0, #fbfdfd)",
    "var(--band-1, #edf5f4)",
    "var(--band-2, #dcebe9)",
    "var(--band-3, #c9e0dd)",
    "var(--band-4, #b3d2ce)",
    "var(--band-5, #9cc3be)",
)
ARMS = (
    ACCENT,
    "var(--chart-second, #a8641a)",
    "var(--chart-third, #5a5f9c)",
    "var(--chart-fourth, #6f6f6f)",
)

ARM_DASHES = (None, "7 3", "2 3", "9 3 2 3")
FONT = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'DejaVu Sans', sans-serif"
SMALL = 11
BODY = 12
HEADING = 13


def band_shades(count: int) -> list[str]:
    """Return `count` shades of the one hue, light for the least severe; few bands stay in the light half."""
    darkest = min(count, len(BANDS) - 1)
    return [BANDS[round(index * darkest / max(count - 1, 1))] for index in range(count)]
