"""A proxy as a clinic has one, less its TLS: ``python -m tests.proxy PORT UPSTREAM``.

What a visitor writes into ``X-Forwarded-For`` is kept, as many proxies keep it; the address that the visitor really
came from is written behind it.
"""

from __future__ import annotations

import http.client
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

OF_THE_CONNECTION = {"connection", "keep-alive", "transfer-encoding"}


class Passing(BaseHTTPRequestHandler):
    """One request, passed on."""

    upstream = 0

    def pass_on(self) -> None:
        said = self.headers.get_all("X-Forwarded-For", [])
        headers = {
            name: value for name, value in self.headers.items() if name.lower() not in OF_THE_CONNECTION
        }
        headers |= {
            "X-Forwarded-For": ", ".join([*said, self.client_address[0]]),
            "X-Forwarded-Proto": "https",
        }
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        connection = http.client.HTTPConnection("127.0.0.1", self.upstream, timeout=60)
        connection.request(self.command, self.path, body, headers)
        self._answer(connection.getresponse())
        connection.close()

    do_GET = do_POST = pass_on

    def _answer(self, answer: http.client.HTTPResponse) -> None:
        body = answer.read()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in OF_THE_CONNECTION | {"content-length"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *anything: object) -> None:
        """Addresses of patients' links are written nowhere."""


def main(port: int, upstream: int) -> None:
    Passing.upstream = upstream
    with ThreadingHTTPServer(("127.0.0.1", port), Passing) as server:
        server.serve_forever()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
