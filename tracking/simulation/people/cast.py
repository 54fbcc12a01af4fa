"""Who the invented patients are, and which of them has a story. Pure and seeded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from tracking.simulation.people.plans import Plan, combined_plan, mdma_plan, psilocybin_plan, waiting_plan

GIVEN = {
    "female": """
        Agnes Amara Beatrix Clara Dalia Edith Elif Freya Greta Hana Ines Ingrid Iris Jasmin Johanna Karin
        Leila Linnea Maren Mei Nadia Nora Olga Paula Rosa Sanna Selma Signe Tilda Vera Yara Zelda
    """.split(),
    "male": """
        Adam Aksel Anton Bo Casper Daniel Elias Emil Farid Felix Georg Henrik Ivan Jakob Jonas Karl Leon Luca
        Malik Marius Nils Oskar Pavel Rafael Samir Simon Tariq Tobias Viktor Walter Yusuf Zeno
    """.split(),
}
FAMILY = """
    Abel Arndt Bakker Baumann Berg Bjork Brandt Castell Dahl Dupont Eriksen Farkas Fischer Gruber Haddad
    Halvorsen Hansen Ibsen Iversen Jensen Kaplan Keller Kovacs Larsen Lindgren Lund Marek Moreau Nagy Nilsen
    Novak Okoro Olsen Petrov Quist Rahman Ritter Rossi Sand Schreiber Silva Strand Sund Thorsen Toth Ueland
    Vidal Vogel Weiss Winther Yilmaz Ziegler
""".split()
IN_GERMAN = "asked in German"
Planned = tuple[str, Plan, str]  # team, plan, story


@dataclass(frozen=True, slots=True)
class Person:
    """An invented person and their plan."""

    given_name: str
    family_name: str
    sex: str
    age: int
    team: str
    plan: Plan
    consent: str = "given"  # given, withdrawn or none
    story: str = ""
    language: str = ""  # empty: that of the site


def cast(seed: int) -> list[Person]:
    """Sixty-five people in three treatments. The first ones of each are the stories of the demonstration."""
    rng = Random(seed)  # noqa: S311 (invented people, not secrets)
    plans = [*_psilocybin(rng), *_mdma(rng), *_combined(rng)]
    names = rng.sample(FAMILY, len(FAMILY)) * 2
    return [_person(rng, *planned, family) for planned, family in zip(plans, names, strict=False)]


def _person(rng: Random, team: str, plan: Plan, story: str, family: str) -> Person:
    sex = rng.choice(["female", "male"])
    chance = rng.random()
    consent = "none" if chance < 0.03 else "withdrawn" if chance < 0.06 else "given"
    language = "de" if story == IN_GERMAN else ""
    return Person(
        rng.choice(GIVEN[sex]), family, sex, rng.randint(22, 64), team, plan, consent, story, language
    )


def _psilocybin(rng: Random) -> list[Planned]:
    """One with a suspected relapse three months after remission, one who left, the others at every stage."""
    relapse = replace(
        psilocybin_plan(rng, 124),
        curve=((0, 23.0), (14, 22.0), (21, 10.0), (35, 6.0), (70, 5.0), (116, 17.0), (400, 17.0)),
        shift=0.0, gain=0.0, mystical=0.7, alliance=50.0, noise=0.6, punctual=True,
    )  # fmt: skip
    left = replace(psilocybin_plan(rng, 160), stops_after=60)
    treated = [psilocybin_plan(rng, rng.randint(95, 420)) for _ in range(33)]
    under_way = [psilocybin_plan(rng, days) for days in (13, 20)]
    waiting = [waiting_plan(rng, rng.randint(70, 300)) for _ in range(8)]
    stories = [("psilocybin", relapse, "relapse"), ("psilocybin", left, "left")]
    return stories + [("psilocybin", plan, "") for plan in (*treated, *under_way, *waiting)]


def _mdma(rng: Random) -> list[Planned]:
    treated = [mdma_plan(rng, rng.randint(150, 400), active=number % 2 == 0) for number in range(10)]
    return [("trauma", plan, "") for plan in treated]


def _combined(rng: Random) -> list[Planned]:
    """One with an open safety alert, one getting worse, one whose alert of last month was dealt with, one who is
    asked today, and one who is asked in German."""
    alert = replace(combined_plan(rng, 29), safety={28: 2}, shift=4.0, punctual=True)
    rising = ((0, 13.0), (21, 15.0), (42, 24.0))
    worse = replace(combined_plan(rng, 44), curve=rising, shift=0.0, noise=0.8, punctual=True)
    handled = replace(combined_plan(rng, 70), safety={21: 1, 28: 0}, punctual=True)
    today = replace(combined_plan(rng, 49), shift=1.0)
    others = [combined_plan(rng, rng.randint(30, 200)) for _ in range(6)]
    stories = {"alert": alert, "worse": worse, "handled": handled, "asked today": today}
    stories[IN_GERMAN] = others.pop(0)
    told = [("combined", plan, story) for story, plan in stories.items()]
    return told + [("combined", plan, "") for plan in others]
