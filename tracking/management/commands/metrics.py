"""``manage.py metrics``: figures for Prometheus, on a port of their own that no proxy leads to."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error, connection
from django.utils import timezone
from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from tracking.queries.readiness import Finding, findings
from tracking.rules.lateness import WORKER


class Readiness(Collector):
    """What ``doctor`` says, as figures. The only label names a part of ours: no person, no team, no host."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        late = GaugeMetricFamily("throughline_late", "1 when this part is late, else 0", labels=["part"])
        age = GaugeMetricFamily("throughline_age_seconds", "since its last sign of life", labels=["part"])
        for part, found in self._parts().items():
            late.add_metric([part], max(each.late for each in found))
            ages = [each.seconds for each in found if each.seconds is not None]
            if ages:
                age.add_metric([part], max(ages))
        yield late
        yield age

    def _parts(self) -> dict[str, list[Finding]]:
        """Workers without their hosts: the oldest sign of life stands for those of a name."""
        parts: dict[str, list[Finding]] = {}
        try:
            for each in findings(timezone.now()):
                name = each.key.partition("@")[0] if each.key.startswith(WORKER) else each.key
                parts.setdefault(name, []).append(each)
        except Error:
            parts = {}
        finally:
            connection.close()
        return parts | {"database": [Finding("database", "", late=not parts)]}


class Command(BaseCommand):
    help = "Serves figures for Prometheus at /metrics until it is stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="where it listens; 127.0.0.1 if not said")
        parser.add_argument("--port", type=int, default=9464)

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        registry = CollectorRegistry()
        registry.register(Readiness())
        server, thread = start_http_server(port, addr=host, registry=registry)
        try:
            thread.join()
        except KeyboardInterrupt:
            server.shutdown()
