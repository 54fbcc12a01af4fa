"""``manage.py analyse``: the figures of a study, by the code that the worker and the pages use."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from measures.errors import MeasuresError
from reports import analyses
from reports.analyses import text
from reports.plain import plain, spoken
from reports.stats.errors import Refusal
from tracking.errors import TrackingError
from tracking.models import Study, TreatmentEpisode
from tracking.queries.raters import raters_not_blind

NORM = ("reliability", "functional_mean", "functional_sd")


class Command(BaseCommand):
    help = (
        "Prints one analysis of a study, as a table or as JSON. Status 1 and the reason when it is refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        analysis = parser.add_subparsers(dest="analysis", required=True)
        _course_options(_subcommand(analysis, "course", "means by arm and time point, rates over patients"))
        _growth_options(_subcommand(analysis, "growth", "mixed model of all scores in time"))
        _contrast_options(_subcommand(analysis, "contrast", "change from baseline to endpoint, between arms"))
        _subcommand(analysis, "published", "what was published of the protocol beside what is computed")
        _predict_options(_subcommand(analysis, "predict", "what goes with the outcome beyond baseline"))
        _subcommand(analysis, "relapse", "time from the last dose, or the end of therapy, to relapse")

    def handle(self, *, analysis: str, study: str, **options: Any) -> None:
        known = Study.objects.filter(key=study).first()
        if known is None:
            raise CommandError(f"no study {study}")
        try:
            sample = analyses.load(known, options["instrument"], options["scale"], options["endpoint"])
            kind, result = _ANALYSES[analysis](sample, options)
        except (Refusal, TrackingError, MeasuresError, ValueError) as error:
            raise CommandError(str(error)) from None
        asked = {
            "study": known.key,
            "analysis": analysis,
            "instrument": sample.instrument.key,
            "scale": sample.scale.key,
            "rules": sample.rules.version,
            "endpoint": sample.endpoint,
        }
        not_blind = raters_not_blind(TreatmentEpisode.objects.filter(study=known))
        if not_blind:
            asked["raters_not_blind"] = " ".join(not_blind)
        self._print(asked, kind, spoken(plain(result)), as_json=options["json"])

    def _print(self, asked: dict[str, str], kind: str, result: Any, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({**asked, "result": result}, indent=1, ensure_ascii=False))
            return
        self.stdout.write(", ".join(f"{name} {value}" for name, value in asked.items()))
        for line in text.lines(kind, result):
            self.stdout.write(line)


def _subcommand(analyses_: Any, name: str, title: str) -> ArgumentParser:
    parser: ArgumentParser = analyses_.add_parser(name, help=title, description=title)
    parser.add_argument("--study", required=True, metavar="KEY")
    parser.add_argument("--instrument", metavar="KEY", help="default: the outcome of the study")
    parser.add_argument(
        "--scale", metavar="KEY", help="default: the outcome, or the main scale of the instrument"
    )
    parser.add_argument("--endpoint", metavar="TIME_POINT", help="default: the endpoint of the study")
    parser.add_argument("--json", action="store_true", help="plain JSON, nothing rounded")
    return parser


def _course_options(parser: ArgumentParser) -> None:
    parser.add_argument("--reliability", type=float, help="with the next two: clinically significant change")
    parser.add_argument("--functional-mean", type=float, help="mean score of people who are well")
    parser.add_argument("--functional-sd", type=float, help="standard deviation of people who are well")


def _growth_options(parser: ArgumentParser) -> None:
    _model_options(parser)
    parser.add_argument("--time-unit", choices=["occasion", "week", "day"], default="week")
    parser.add_argument("--random", choices=["intercept", "slope"], default="intercept")
    parser.add_argument("--by-arm", action="store_true", help="with arm and its interaction with time")


def _contrast_options(parser: ArgumentParser) -> None:
    _model_options(parser)
    parser.add_argument("--predictor", metavar="NAME", help="its standardised value instead of the arm")
    parser.add_argument("--arm", help="with --predictor: within this arm alone")


def _predict_options(parser: ArgumentParser) -> None:
    parser.add_argument("--reference", metavar="ARM", help="the arm that others are compared with")
    parser.add_argument(
        "--predictor", action="append", metavar="NAME", help="default: MEQ30 total and factors"
    )
    parser.add_argument(
        "--covariate", action="append", metavar="NAME", help="default: baseline, arm, alliance"
    )
    parser.add_argument("--outcome", choices=["endpoint", "change"], default="endpoint")
    parser.add_argument("--dose", choices=["first", "last"], default="first", help="which dose's MEQ30")
    parser.add_argument(
        "--terms", nargs="+", metavar="NAME", help="one regression on these alone; a:b is a product"
    )
    parser.add_argument("--errors", choices=["HC3", "classical"], default="HC3", help="with --terms")


def _model_options(parser: ArgumentParser) -> None:
    parser.add_argument("--method", choices=["REML", "ML"], default="REML")
    parser.add_argument("--reference", metavar="ARM", help="the arm that others are compared with")


def _course(sample: analyses.Sample, options: dict[str, Any]) -> tuple[str, object]:
    stated = [options[name] for name in NORM]
    if None in stated and any(value is not None for value in stated):
        raise CommandError("--reliability, --functional-mean and --functional-sd are needed together")
    norm = None if None in stated else analyses.Norm(*stated)
    return "course", analyses.course(sample, norm)


def _growth(sample: analyses.Sample, options: dict[str, Any]) -> tuple[str, object]:
    chosen = {name: options[name] for name in ("time_unit", "random", "method", "by_arm", "reference")}
    return "growth", analyses.growth(sample, **chosen)


def _contrast(sample: analyses.Sample, options: dict[str, Any]) -> tuple[str, object]:
    chosen = {name: options[name] for name in ("method", "reference", "predictor", "arm")}
    return "contrast", analyses.contrast(sample, **chosen)


def _predict(sample: analyses.Sample, options: dict[str, Any]) -> tuple[str, object]:
    both = {"outcome": options["outcome"], "reference": options["reference"]}
    if options["terms"]:
        return "regress", analyses.regress(sample, terms=options["terms"], errors=options["errors"], **both)
    found = analyses.predict(
        sample,
        predictors=options["predictor"] or (),
        covariates=options["covariate"] or (),
        dose=options["dose"],
        **both,
    )
    return "predict", found


def _relapse(sample: analyses.Sample, options: dict[str, Any]) -> tuple[str, object]:
    return "relapse", analyses.relapse(sample)


def _published(sample: analyses.Sample, options: dict[str, Any]) -> tuple[str, object]:
    return "published", analyses.published(sample)


_ANALYSES = {
    "course": _course,
    "growth": _growth,
    "contrast": _contrast,
    "predict": _predict,
    "relapse": _relapse,
    "published": _published,
}
