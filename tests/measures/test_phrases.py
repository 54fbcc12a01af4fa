"""The small turns of English."""

from measures import registry
from measures.words.phrases import amount, items_named, listed, number

PHQ9 = registry.get("phq9")


class TestPhrases:
    def test_numbers(self) -> None:
        assert [number(value) for value in (7, 7.0, 0.84, 0.1, 1_000_000, 60.5)] == [
            "7",
            "7",
            "0.84",
            "0.1",
            "1000000",
            "60.5",
        ]

    def test_lists(self) -> None:
        assert [listed(words) for words in (["a"], ["a", "b"], ["a", "b", "c"])] == [
            "a",
            "a and b",
            "a, b and c",
        ]

    def test_amounts(self) -> None:
        assert [amount(1, "points"), amount(2, "points"), amount(50, "%")] == ["1 point", "2 points", "50 %"]

    def test_items_in_the_order_of_the_instrument(self) -> None:
        assert items_named(PHQ9, ["9"]) == "item 9"
        assert items_named(PHQ9, ["4", "2", "1"]) == "items 1, 2 and 4"
        assert items_named(PHQ9, ["3", "2", "1", "9"]) == "items 1 to 3 and 9"
