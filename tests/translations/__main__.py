"""``python -m tests.translations``: brings the catalogues up to date with the source, and says what has no translation.

``python -m tests.translations bare tracking/templates``: the words of these templates that are not marked.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from tests.translations import bare, catalogues  # noqa: E402  (templates are read once Django is there)


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["bare"]:
        found = [line for each in arguments[1:] for line in bare.bare_in(Path(each))]
        print("\n".join(found))
        return
    catalogues.renew()
    for language in catalogues.LANGUAGES:
        for app in catalogues.APPS:
            messages = [one for one in catalogues.read(app, language) if one.id]
            missing = sum(1 for one in messages if not one.string or not all([*one.string]))
            print(f"{language} {app}: {len(messages)} messages, {missing} without a translation")


if __name__ == "__main__":
    main(sys.argv[1:])
