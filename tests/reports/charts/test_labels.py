from hypothesis import given
from hypothesis import strategies as st

from reports.charts.labels import number, place_in_rows, readable, spread, text_width, wrap

anchors = st.lists(st.tuples(st.floats(0, 800), st.floats(20, 150)), max_size=8)


def test_numbers_have_a_true_minus_and_no_idle_decimals() -> None:
    assert [number(value) for value in (-14, 0, -0.001, 2.5, 1 / 3, 100)] == [
        "−14",
        "0",
        "0",
        "2.5",
        "0.33",
        "100",
    ]


def test_a_bold_word_is_wider_and_a_narrow_letter_narrower() -> None:
    assert text_width("dose", 12, bold=True) > text_width("dose", 12)
    assert text_width("ill", 12) < text_width("mmm", 12)


@given(st.text(alphabet="ab ", max_size=60), st.floats(20, 200))
def test_wrapping_keeps_every_word_and_the_width(text: str, width: float) -> None:
    lines = wrap(text, 10, width)
    assert " ".join(lines).split() == text.split()
    assert all(text_width(line, 10) <= width or " " not in line for line in lines)


@given(anchors)
def test_labels_in_rows_touch_no_label_no_mark_and_no_stem(marks: list[tuple[float, float]]) -> None:
    slots = place_in_rows(marks, left=0, right=950, gap=9, rows=max(len(marks), 1))
    placed = [(x, width, slot) for (x, width), slot in zip(marks, slots, strict=True) if slot]
    for i, (x, width, slot) in enumerate(placed):
        assert 0 <= slot.left <= 950 - width
        for other_x, other_width, other in placed[:i] + placed[i + 1 :]:
            if other.row == slot.row:
                assert slot.left + width <= other.left or other.left + other_width <= slot.left
            if other.row >= slot.row and other_x != x:
                assert not slot.left < other_x < slot.left + width


@given(anchors)
def test_with_room_at_the_right_no_label_is_left_out(marks: list[tuple[float, float]]) -> None:
    assert None not in place_in_rows(marks, left=0, right=1000, gap=9, rows=max(len(marks), 1))


def test_at_the_right_edge_a_label_stands_left_of_its_mark() -> None:
    (slot,) = place_in_rows([(790, 100)], left=0, right=800, gap=9, rows=1)
    assert slot is not None
    assert slot.left == 790 - 9 - 100


def test_a_label_wider_than_the_picture_is_left_out() -> None:
    assert place_in_rows([(50, 200)], left=0, right=100, gap=9, rows=3) == [None]


@given(st.lists(st.floats(0, 100), max_size=8))
def test_spreading_keeps_order_distance_and_edges(wanted: list[float]) -> None:
    placed = spread(wanted, distance=13, low=0, high=110)
    pairs = sorted(zip(wanted, placed, strict=True))
    assert all(b[1] - a[1] >= 13 - 1e-9 or a[0] == b[0] for a, b in zip(pairs, pairs[1:], strict=False))
    assert all(-1e-9 <= place <= 110 + 1e-9 for place in placed)
    heights = sorted(placed)
    assert all(b - a >= 13 - 1e-9 for a, b in zip(heights, heights[1:], strict=False))


@given(st.lists(st.floats(0, 300), max_size=20))
def test_readable_labels_do_not_touch_and_the_first_choice_is_kept(xs: list[float]) -> None:
    kept = readable(xs, [20] * len(xs), [len(xs) - 1] if xs else [])
    assert not xs or len(xs) - 1 in kept
    places = sorted(xs[index] for index in kept)
    assert all(b - a >= 23 for a, b in zip(places, places[1:], strict=False))
