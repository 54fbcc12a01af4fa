"""From frames to a de-identified package: pure, no Django. See ``docs/release.md``. May import ``stats``."""
