"""The course of each treatment, and what it is asked on which day, written out from the published structure.

Every treatment begins on Monday 15 January 2024, so that its days cross a leap day and, in Berlin and New York,
the change of the clock. A line of a table is: due day, time point, instruments.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

START = date(2024, 1, 15)
WEEKLY = (
    "2024-01-18 2024-01-25 2024-02-01 2024-02-08 2024-02-15 2024-02-22 2024-02-29 "
    "2024-03-07 2024-03-14 2024-03-21 2024-03-28 2024-04-04"
)  # twelve sessions of psychotherapy


@dataclass(frozen=True)
class Walk:
    """One course of treatment. Days are as written in a diary: "2024-02-05 2024-03-04"."""

    protocol: str
    arm: str
    expected: str
    doses: str = ""
    therapy: str = ""
    visits: str = ""
    tapers: str = ""
    last_dose: str = ""
    answered: tuple[tuple[str, str], ...] = ()

    def in_arm(self, arm: str) -> Walk:
        """The same course in an arm that is asked the same."""
        return replace(self, arm=arm)

    def table(self) -> set[tuple[str, str, str]]:
        """(due day, time point, instrument) of every question."""
        rows = [line.split(" | ") for line in self.expected.strip().splitlines()]
        return {(day, point, key) for day, point, keys in rows for key in keys.split()}


def days(text: str) -> list[date]:
    return [date.fromisoformat(day) for day in text.split()]


WALKS = {
    "mdma-ptsd": Walk(
        "mdma-ptsd",
        "mdma",
        doses="2024-02-05 2024-03-04 2024-04-01",
        expected="""
2024-01-15 | baseline | caps5 clinician_expectancy phq9
2024-01-29 | preparation | credibility_expectancy wai_sr
2024-02-06 | after dose 1 | meq30
2024-02-12 | week 1 after dose 1 | phq9
2024-02-26 | week 3 after dose 1 | caps5
2024-03-05 | after dose 2 | meq30
2024-03-11 | week 1 after dose 2 | phq9
2024-03-25 | week 3 after dose 2 | caps5
2024-04-02 | after dose 3 | meq30
2024-04-08 | week 1 after dose 3 | phq9
2024-05-20 | week 18 | caps5 phq9 treatment_guess treatment_guess_therapist
2024-09-30 | month 6 | caps5
2025-04-01 | month 12 | caps5
""",
    ),
    "psilocybin-mdd": Walk(
        "psilocybin-mdd",
        "psilocybin",
        doses="2024-01-29 2024-02-12",
        expected="""
2024-01-15 | baseline | clinician_expectancy hamd17 phq9
2024-01-25 | preparation | credibility_expectancy wai_sr
2024-01-30 | after dose 1 | meq30
2024-02-05 | week 1 after dose 1 | phq9
2024-02-13 | after dose 2 | meq30
2024-02-19 | week 1 | hamd17
2024-02-19 | week 1 after dose 2 | phq9
2024-03-11 | week 4 | hamd17 phq9
2024-05-13 | month 3 | hamd17 phq9
2024-08-12 | month 6 | hamd17 phq9
2025-02-11 | month 12 | hamd17 phq9
""",
    ),
    "psilocybin-mdd, waiting": Walk(
        "psilocybin-mdd",
        "waiting",
        expected="""
2024-01-15 | baseline | clinician_expectancy hamd17 phq9
2024-02-19 | week 1 | hamd17
2024-03-11 | week 4 | hamd17
""",
    ),
    "psilocybin-escitalopram": Walk(
        "psilocybin-escitalopram",
        "escitalopram",
        doses="2024-02-05 2024-02-26",
        expected="""
2024-01-15 | baseline | clinician_expectancy credibility_expectancy hamd17 madrs phq9 qids_sr16 wai_sr
2024-02-06 | after dose 1 | meq30
2024-02-19 | week 2 | phq9 qids_sr16
2024-02-27 | after dose 2 | meq30
2024-03-04 | week 4 | phq9 qids_sr16
2024-03-11 | week 5 | phq9 qids_sr16
2024-03-18 | week 6 | hamd17 madrs phq9 qids_sr16 treatment_guess treatment_guess_therapist
""",
    ),
    "ketamine-infusion": Walk(
        "ketamine-infusion",
        "therapy",
        doses=(
            "2024-01-18 2024-01-21 2024-01-25 2024-01-28 2024-02-01 2024-02-04 2024-02-18 "
            "2024-03-03 2024-03-17 2024-03-31"
        ),
        expected="""
2024-01-15 | baseline | audit dudit hamd17 madrs phq9
2024-01-19 | day after infusion 1 | qids_sr16
2024-01-22 | day after infusion 2 | qids_sr16
2024-01-22 | week 1 | phq9
2024-01-26 | day after infusion 3 | qids_sr16
2024-01-29 | day after infusion 4 | qids_sr16
2024-01-29 | week 2 | phq9
2024-02-02 | day after infusion 5 | qids_sr16
2024-02-05 | day after infusion 6 | qids_sr16
2024-02-05 | week 3 | madrs phq9
2024-02-18 | week 2 of maintenance | phq9
2024-02-19 | day after infusion 7 | qids_sr16
2024-03-03 | week 4 of maintenance | phq9
2024-03-04 | day after infusion 8 | qids_sr16
2024-03-17 | week 6 of maintenance | phq9
2024-03-18 | day after infusion 9 | qids_sr16
2024-03-31 | week 8 of maintenance | phq9
2024-04-01 | day after infusion 10 | qids_sr16
2024-04-14 | week 10 of maintenance | phq9
2024-04-15 | month 3 | dudit madrs phq9
2024-04-28 | week 12 of maintenance | phq9
2024-07-15 | month 6 | dudit madrs phq9
""",
    ),
    "ketamine-training": Walk(
        "ketamine-training",
        "training",
        doses="2024-01-22",
        expected="""
2024-01-15 | baseline | clinician_expectancy credibility_expectancy dudit madrs phq9
2024-01-23 | day 1 | madrs
2024-01-27 | day 5 | madrs
2024-01-29 | week 1 | phq9
2024-02-01 | day 10 | madrs
2024-02-05 | week 2 | phq9
2024-02-11 | day 20 | madrs
2024-02-12 | week 3 | phq9
2024-02-19 | week 4 | phq9
2024-02-21 | day 30 | madrs
2024-02-26 | week 5 | phq9
2024-03-04 | week 6 | phq9
2024-03-11 | week 7 | phq9
2024-03-18 | week 8 | phq9
2024-03-22 | day 60 | madrs
2024-03-25 | week 9 | phq9
2024-04-01 | week 10 | phq9
2024-04-08 | week 11 | phq9
2024-04-15 | week 12 | phq9
2024-04-21 | day 90 | madrs
2024-04-22 | week 13 | phq9
""",
    ),
    "propranolol-reactivation": Walk(
        "propranolol-reactivation",
        "placebo",
        doses="2024-01-22 2024-01-29 2024-02-05 2024-02-12 2024-02-19 2024-02-26",
        answered=(("baseline", "caps5"),),
        expected="""
2024-01-15 | baseline | caps5 clinician_expectancy credibility_expectancy pcl5 phq9
2024-01-22 | before session 1 | pcl5_week
2024-01-29 | before session 2 | pcl5_week
2024-02-05 | before session 3 | pcl5_week
2024-02-12 | before session 4 | pcl5_week
2024-02-19 | before session 5 | pcl5_week
2024-02-26 | before session 6 | pcl5_week
2024-03-04 | end of treatment | caps5 pcl5 phq9 treatment_guess treatment_guess_therapist
2024-05-27 | month 3 | caps5 pcl5 phq9
2024-08-26 | month 6 | caps5 pcl5 phq9
""",
    ),
    "dcs-exposure": Walk(
        "dcs-exposure",
        "dcs",
        doses="2024-01-29 2024-02-05 2024-02-12 2024-02-19 2024-02-26",
        expected="""
2024-01-15 | baseline | clinician_expectancy credibility_expectancy gad7 phq9 wsas
2024-01-29 | before session 1 | gad7
2024-02-05 | before session 2 | gad7
2024-02-12 | before session 3 | gad7
2024-02-19 | before session 4 | gad7
2024-02-26 | before session 5 | gad7
2024-03-04 | week 1 after exposure | gad7 phq9 treatment_guess treatment_guess_therapist wsas
2024-03-25 | month 1 | gad7 phq9
2024-05-27 | month 3 | gad7 phq9
2024-08-26 | month 6 | gad7 phq9
""",
    ),
    "tms-cbt": Walk(
        "tms-cbt",
        "combined",
        doses=(
            "2024-01-16 2024-01-17 2024-01-18 2024-01-19 2024-01-20 2024-01-23 2024-01-24 "
            "2024-01-25 2024-01-26 2024-01-27 2024-01-30 2024-01-31 2024-02-01 2024-02-02 "
            "2024-02-03 2024-02-06 2024-02-07 2024-02-08 2024-02-09 2024-02-10 2024-02-13 "
            "2024-02-14 2024-02-15 2024-02-16 2024-02-17 2024-02-20 2024-02-21 2024-02-22 "
            "2024-02-23 2024-02-24"
        ),
        expected="""
2024-01-15 | baseline | cssrs_screener hamd17 phq9 wsas
2024-01-23 | week 1 | cssrs_screener phq9
2024-01-30 | week 2 | cssrs_screener phq9
2024-02-06 | week 3 | cssrs_screener phq9
2024-02-13 | week 4 | cssrs_screener phq9
2024-02-20 | week 5 | cssrs_screener phq9
2024-02-27 | end of course | cssrs_screener hamd17 phq9 wsas
2024-03-23 | month 1 | hamd17 phq9
2024-05-25 | month 3 | hamd17 phq9
2024-08-17 | month 6 | hamd17 phq9
""",
    ),
    "ssri-psychotherapy": Walk(
        "ssri-psychotherapy",
        "combined",
        visits="2024-01-29 2024-02-12 2024-03-11 2024-04-08 2024-07-15 2025-01-14",
        expected="""
2024-01-15 | baseline | hamd17 phq9 who5 wsas
2024-01-22 | week 1 | phq9
2024-01-29 | medication visit 1 | mars5
2024-01-29 | week 2 | phq9
2024-02-05 | week 3 | phq9
2024-02-12 | medication visit 2 | mars5
2024-02-12 | week 4 | hamd17 phq9 wai_sr
2024-02-19 | week 5 | phq9
2024-02-26 | week 6 | phq9
2024-03-04 | week 7 | phq9
2024-03-11 | medication visit 3 | mars5
2024-03-11 | week 8 | hamd17 phq9 wai_sr
2024-03-18 | week 9 | phq9
2024-03-25 | week 10 | phq9
2024-04-01 | week 11 | phq9
2024-04-08 | medication visit 4 | mars5
2024-04-08 | week 12 | hamd17 phq9 wai_sr who5 wsas
2024-07-15 | medication visit 5 | mars5
2024-07-15 | month 6 | phq9
2025-01-14 | medication visit 6 | mars5
2025-01-14 | month 12 | phq9
""",
    ),
    "ssri-psychotherapy, medication alone and then stopped": Walk(
        "ssri-psychotherapy",
        "medication",
        visits="2024-01-29 2024-02-12 2024-03-11 2024-04-08 2024-07-15 2025-01-14",
        last_dose="2024-09-30",
        expected="""
2024-01-15 | baseline | hamd17 phq9 who5 wsas
2024-01-22 | week 1 | phq9
2024-01-29 | medication visit 1 | mars5
2024-01-29 | week 2 | phq9
2024-02-05 | week 3 | phq9
2024-02-12 | medication visit 2 | mars5
2024-02-12 | week 4 | hamd17 phq9
2024-02-19 | week 5 | phq9
2024-02-26 | week 6 | phq9
2024-03-04 | week 7 | phq9
2024-03-11 | medication visit 3 | mars5
2024-03-11 | week 8 | hamd17 phq9
2024-03-18 | week 9 | phq9
2024-03-25 | week 10 | phq9
2024-04-01 | week 11 | phq9
2024-04-08 | medication visit 4 | mars5
2024-04-08 | week 12 | hamd17 phq9 who5 wsas
2024-07-15 | medication visit 5 | mars5
2024-07-15 | month 6 | phq9
2024-10-05 | day 5 without the drug | discontinuation_check
2024-10-14 | day 14 without the drug | discontinuation_check
2024-10-14 | week 2 without the drug | phq9
2024-10-28 | week 4 without the drug | phq9
2024-11-11 | week 6 without the drug | phq9
2024-11-25 | week 8 without the drug | phq9
2024-12-09 | week 10 without the drug | phq9
2024-12-23 | week 12 without the drug | phq9
2025-01-14 | medication visit 6 | mars5
2025-01-14 | month 12 | phq9
2025-03-31 | month 6 without the drug | phq9
2025-09-29 | month 12 without the drug | phq9
""",
    ),
    "ssri-psychotherapy, psychotherapy alone": Walk(
        "ssri-psychotherapy",
        "psychotherapy",
        therapy=WEEKLY,
        expected="""
2024-01-15 | baseline | hamd17 phq9 who5 wsas
2024-01-22 | week 1 | phq9
2024-01-29 | week 2 | phq9
2024-02-05 | week 3 | phq9
2024-02-12 | week 4 | hamd17 phq9 wai_sr
2024-02-19 | week 5 | phq9
2024-02-26 | week 6 | phq9
2024-03-04 | week 7 | phq9
2024-03-11 | week 8 | hamd17 phq9 wai_sr
2024-03-18 | week 9 | phq9
2024-03-25 | week 10 | phq9
2024-04-01 | week 11 | phq9
2024-04-08 | week 12 | hamd17 phq9 wai_sr who5 wsas
2024-04-18 | week 2 after therapy | phq9
2024-05-02 | week 4 after therapy | phq9
2024-05-16 | week 6 after therapy | phq9
2024-05-30 | week 8 after therapy | phq9
2024-06-13 | week 10 after therapy | phq9
2024-06-27 | week 12 after therapy | phq9
2024-07-15 | month 6 | phq9
2024-10-03 | month 6 after therapy | phq9
2025-01-14 | month 12 | phq9
2025-04-03 | month 12 after therapy | phq9
""",
    ),
    "cbt-anxiolytic-panic": Walk(
        "cbt-anxiolytic-panic",
        "combined",
        therapy=WEEKLY,
        tapers="2024-04-08 2024-04-15 2024-04-22 2024-04-29",
        last_dose="2024-05-06",
        expected="""
2024-01-15 | baseline | clinician_expectancy credibility_expectancy gad7 mars5 phq9
2024-01-18 | session 1 | gad7
2024-01-25 | session 2 | gad7
2024-02-01 | session 3 | gad7
2024-02-08 | alliance | wai_sr
2024-02-08 | session 4 | gad7
2024-02-12 | week 4 | mars5
2024-02-15 | session 5 | gad7
2024-02-22 | session 6 | gad7
2024-02-29 | session 7 | gad7
2024-03-07 | session 8 | gad7
2024-03-11 | week 8 | mars5
2024-03-14 | session 9 | gad7
2024-03-21 | session 10 | gad7
2024-03-28 | session 11 | gad7
2024-04-04 | session 12 | gad7
2024-04-08 | week 12 | gad7 phq9 wsas
2024-04-13 | taper step 1 | discontinuation_check gad7 phq9
2024-04-20 | taper step 2 | discontinuation_check gad7 phq9
2024-04-27 | taper step 3 | discontinuation_check gad7 phq9
2024-05-04 | taper step 4 | discontinuation_check gad7 phq9
2024-05-11 | day 5 without the drug | discontinuation_check
2024-05-20 | day 14 without the drug | discontinuation_check
2024-05-20 | week 2 without the drug | gad7 phq9
2024-06-03 | week 4 without the drug | gad7 phq9
2024-06-17 | week 6 without the drug | gad7 phq9
2024-07-01 | week 8 without the drug | gad7 phq9
2024-07-15 | week 10 without the drug | gad7 phq9
2024-07-29 | week 12 without the drug | gad7 phq9
2024-11-04 | month 6 without the drug | gad7 phq9
2025-05-05 | month 12 without the drug | gad7 phq9
""",
    ),
    "cbt-anxiolytic-panic, CBT alone": Walk(
        "cbt-anxiolytic-panic",
        "cbt",
        therapy=WEEKLY,
        expected="""
2024-01-15 | baseline | clinician_expectancy credibility_expectancy gad7 phq9
2024-01-18 | session 1 | gad7
2024-01-25 | session 2 | gad7
2024-02-01 | session 3 | gad7
2024-02-08 | alliance | wai_sr
2024-02-08 | session 4 | gad7
2024-02-15 | session 5 | gad7
2024-02-22 | session 6 | gad7
2024-02-29 | session 7 | gad7
2024-03-07 | session 8 | gad7
2024-03-14 | session 9 | gad7
2024-03-21 | session 10 | gad7
2024-03-28 | session 11 | gad7
2024-04-04 | session 12 | gad7
2024-04-08 | week 12 | gad7 phq9 wsas
2024-04-18 | week 2 after therapy | gad7 phq9
2024-05-02 | week 4 after therapy | gad7 phq9
2024-05-16 | week 6 after therapy | gad7 phq9
2024-05-30 | week 8 after therapy | gad7 phq9
2024-06-13 | week 10 after therapy | gad7 phq9
2024-06-27 | week 12 after therapy | gad7 phq9
2024-10-03 | month 6 after therapy | gad7 phq9
2025-04-03 | month 12 after therapy | gad7 phq9
""",
    ),
    "lsd-anxiety": Walk(
        "lsd-anxiety",
        "lsd",
        doses="2024-02-05 2024-03-04",
        expected="""
2024-01-15 | baseline | clinician_expectancy gad7 phq9 who5
2024-01-29 | preparation | credibility_expectancy wai_sr
2024-02-06 | after dose 1 | ceq ebi meq30
2024-02-12 | week 1 after dose 1 | phq9
2024-03-05 | after dose 2 | ceq ebi meq30
2024-03-11 | week 1 after dose 2 | phq9
2024-04-29 | month 2 | gad7 phq9 who5
2024-09-02 | month 6 | gad7 phq9 who5
2025-03-04 | month 12 | gad7 phq9 who5
2026-03-04 | month 24 | gad7 phq9 who5
""",
    ),
}

# Arms that are asked the very same on the very same days: where treatment is blinded, or arms are compared by the same
# measures, a question that one of them alone is asked would tell them apart.
ALIKE = {
    "dcs-exposure": ("placebo",),
    "ketamine-infusion": ("biomedical",),
    "ketamine-training": ("ketamine",),
    "mdma-ptsd": ("placebo",),
    "propranolol-reactivation": ("propranolol",),
    "psilocybin-escitalopram": ("psilocybin",),
    "tms-cbt": ("stimulation",),
}
