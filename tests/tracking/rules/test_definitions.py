"""What a site may upload: sound definitions alone, and no text that could do harm."""

from __future__ import annotations

import time

import pytest

from measures import registry
from measures.errors import DefinitionError
from tests.tracking.definitions import CHECK_IN, PHQ4, SCORE_ONLY, second
from tracking.rules.definition_changes import Difference, differences
from tracking.rules.definitions import LARGEST, read_definition


def refused(content: str | bytes) -> DefinitionError:
    with pytest.raises(DefinitionError) as error:
        read_definition(content, "own.toml")
    assert error.value.file == "own.toml"
    return error.value


@pytest.mark.parametrize("text", [PHQ4, CHECK_IN, SCORE_ONLY])
def test_a_sound_definition_is_read(text: str) -> None:
    read = read_definition(text, "own.toml")
    assert read.instrument.scales
    assert read_definition(text.encode(), "own.toml") == read


def test_the_same_text_has_the_same_digest_however_it_came() -> None:
    """A browser posts line ends of its own, an editor may write a byte order mark."""
    plain = read_definition(CHECK_IN, "own.toml")
    posted = read_definition(CHECK_IN.replace("\n", "\r\n"), "own.toml")
    marked = read_definition(b"\xef\xbb\xbf" + CHECK_IN.encode(), "own.toml")
    assert plain.sha256 == posted.sha256 == marked.sha256
    assert len(plain.sha256) == 64


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ('key = "check_in"', 'key = "phq9"', "key"),
        ('key = "check_in"', 'key = "Check in"', "key"),
        ('key = "check_in"', f'key = "{"k" * 41}"', "key"),
        ('version = "1"', 'version = "1/../2"', "version"),
        ('version = "1"', f'version = "{"1" * 21}"', "version"),
        ('version = "1"', 'version = "score-only"', "version"),
        ('title = "Check-in after the session"', f'title = "{"t" * 201}"', "title"),
        ('code = "afraid"', 'code = "a b"', "items a b"),
        ('code = "afraid"', 'code = "calm"', "items.code calm"),
        ('label = "I have been afraid"\n', "", "items[2].label"),
        ('label = "I have been afraid"', 'label = "a\\u0000b"', "items[2].label"),
        ('label = "I have been afraid"', 'label = "a\\u202eb"', "items[2].label"),
        ('label = "I have been afraid"', f'label = "{"l" * 5001}"', "items[2].label"),
        ('options = "often"\nreverse', 'options = "rarely"\nreverse', "items[1].options"),
        ('rule = "sum"', 'rule = "product"', "scales[1].rule"),
        ("range = [0, 6]\n", "range = [0, 7]\n", "scales total.range"),
        ("range = [3, 6]", "range = [4, 6]", "scales total.band_sets clinic.bands high"),
        ("review = 1", "review = 3", "items dead.critical.review"),
        ("minutes = 1", "minutes = 1e300", "minutes"),
        ("minutes = 1", f"minutes = {'9' * 400}", "minutes"),
        ("minutes = 1", "minutes = nan", "minutes"),
        ("minutes = 1", "minutes = 1\nseconds = 1", "seconds"),
        (
            "minutes = 1",
            "minutes = { a = { b = { c = { d = { e = { f = { g = { h = { i = 1 } } } } } } } } }",
            "minutes.a.b.c.d.e.f.g.h",
        ),
    ],
)
def test_what_is_not_sound_is_refused_by_key(before: str, after: str, key: str) -> None:
    assert before in CHECK_IN
    assert refused(CHECK_IN.replace(before, after, 1)).key == key


def test_an_item_code_must_fit_an_alert() -> None:
    assert refused(CHECK_IN.replace('"afraid"', f'"{"a" * 21}"')).key == "items.code"


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe\x00",
        "title = \ud800",
        "key = ",
        "key = \x00",
        "a = " + "[" * 50_000 + "]" * 50_000,
        "a = " + "9" * 5000,
        "# " + "x" * LARGEST,
        "items = [" + "{}," * 80_000 + "]",
    ],
    ids=["bytes", "half a character", "broken", "NUL", "deep", "digits", "large", "many items"],
)
def test_hostile_text_is_refused_at_once(content: str | bytes) -> None:
    began = time.process_time()
    refused(content)
    assert time.process_time() - began < 2


def test_a_step_between_answers_that_would_fill_the_memory_is_refused() -> None:
    far = CHECK_IN.replace('2 = "Often"', '1000000 = "Often"')
    began = time.process_time()
    error = refused(far.replace('code = "calm"', 'code = "calm"\nbetween = 0.000001'))
    assert (error.key, time.process_time() - began < 2) == ("items[1].between", True)


def test_a_key_of_a_hundred_thousand_parts_is_not_even_parsed() -> None:
    assert refused("a" + ".a" * 100_000 + " = 1").key == "line 1"


def test_answers_that_would_fill_a_page_are_refused() -> None:
    many = "\n".join(f'{value} = "a"' for value in range(102))
    error = refused(CHECK_IN.replace('0 = "Never"\n1 = "Sometimes"\n2 = "Often"', many))
    assert (error.key, error.reason) == ("options.often", "gives more than 101 answers")


@pytest.mark.parametrize(
    ("lowest", "highest", "fits"),
    [(-1_000_000, 1_000_000, True), (0, 1_000_001, False), (-1_000_001, 0, False)],
)
def test_an_answer_lies_within_what_is_kept(lowest: int, highest: int, fits: bool) -> None:
    far = f'code = "far"\nlabel = "Far"\noptions = {{ {lowest} = "a", {highest} = "b" }}\nscored = false\n'
    text = CHECK_IN.replace("[[scales]]", f"[[items]]\n{far}[[scales]]", 1)
    if fits:
        assert read_definition(text, "own.toml").instrument.item("far").maximum == highest
    else:
        error = refused(text)
        assert (error.key, error.reason) == ("items far", "must lie within 1000000 of zero")


def test_too_many_items_are_refused_by_name() -> None:
    assert refused("items = [" + "{}," * 301 + "]").key == "items"


@pytest.mark.parametrize(
    "algorithm",
    ["__import__('os').system", "eval", "os.system('touch /tmp/x')", "lambda case: True", "Case", "product"],
)
def test_a_name_that_is_no_rule_of_ours_is_refused_and_never_called(algorithm: str) -> None:
    outcome = f"""
    [[outcomes]]
    key = "run"
    title = "Run"
    algorithm = "{algorithm}"
    source = "Nobody"
    confidence = "low"
    """
    error = refused(CHECK_IN + outcome)
    assert (error.key, "is not known" in error.reason) == ("outcomes run.algorithm", True)


def test_program_text_is_only_text() -> None:
    code = "{{ settings.SECRET_KEY }} {% debug %} __import__('os') <script>alert(1)</script> %(x)s {0}"
    read = read_definition(CHECK_IN.replace("I have been afraid", code), "own.toml")
    assert read.instrument.item("afraid").label == code


def test_a_change_of_version_is_told_part_by_part() -> None:
    before, after = (read_definition(text, "own.toml").instrument for text in (CHECK_IN, second()))
    assert differences(before, after) == [
        Difference("items › calm › label", "I have felt calm", "I was calm"),
        Difference("scales › total › band sets › clinic › bands › low › high", "2", "1"),
        Difference("scales › total › band sets › clinic › bands › high › low", "3", "2"),
    ]
    assert differences(before, before) == []


def test_what_is_new_and_what_is_gone_is_told_by_name() -> None:
    hamd, phq = registry.get("hamd17"), registry.get("phq9")
    found = {one.place: one for one in differences(phq, hamd)}
    assert found["items › 10 › label"].after == hamd.item("10").label
    assert found["items › 17"] == Difference("items › 17", None, hamd.item("17").label)
    assert found["scales › phq8"].after is None
    assert found["rater"] == Difference("rater", "self", "clinician")
