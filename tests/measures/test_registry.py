"""Finding instruments in the folder."""

import pytest

from measures import registry
from measures.errors import DefinitionError, UnknownInstrument


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A folder of its own for the registry, and a way to put a version on it."""
    registry._versions.cache_clear()
    registry._load.cache_clear()
    text = (registry.FOLDER / "wai_sr" / "1.toml").read_text(encoding="utf-8")
    monkeypatch.setattr(registry, "FOLDER", tmp_path)

    def put(key, version, inside=None):
        path = tmp_path / key / f"{version}.toml"
        path.parent.mkdir(exist_ok=True)
        named = text.replace('key = "wai_sr"', f'key = "{key}"', 1)
        path.write_text(
            named.replace('version = "1"', f'version = "{inside or version}"', 1), encoding="utf-8"
        )

    yield put
    registry._versions.cache_clear()
    registry._load.cache_clear()


def test_the_latest_is_the_highest_by_natural_order(shelf):
    for version in ("2", "10", "9.1", "9"):
        shelf("alliance", version)
    assert registry.versions("alliance") == ("2", "9", "9.1", "10")
    assert registry.get("alliance").version == "10"
    assert registry.get("alliance", "9").version == "9"
    assert [one.key for one in registry.all_latest()] == ["alliance"]


def test_a_file_says_what_its_path_says(shelf):
    shelf("alliance", "2", inside="1")
    with pytest.raises(DefinitionError, match="as the path says"):
        registry.get("alliance")


@pytest.mark.parametrize("key", ["nope", "", "../phq9", "PHQ9"])
def test_unknown(key):
    with pytest.raises(UnknownInstrument):
        registry.get(key)
    with pytest.raises(UnknownInstrument):
        registry.versions(key)


def test_a_file_is_read_once():
    assert registry.get("phq9") is registry.get("phq9", "1")
