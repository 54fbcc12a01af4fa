"""A mail server on this machine: it takes what it is given, or is silent, or says one letter now and then."""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum


class Manner(Enum):
    TAKES = "takes every mail"
    SILENT = "accepts the connection and never says a word"
    DRIPS = "says a letter ten times a second, and never ends the line"


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    request_queue_size = 128

    def __init__(self, manner: Manner) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.manner, self.over = manner, threading.Event()
        self.met = 0
        self.taken: list[str] = []

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class Conversation(socketserver.StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        self.server.met += 1
        manners = {Manner.TAKES: self.take, Manner.SILENT: self.be_silent, Manner.DRIPS: self.drip}
        with suppress(OSError):  # the other side has gone
            manners[self.server.manner]()

    def be_silent(self) -> None:
        self.server.over.wait(600)

    def drip(self) -> None:
        while not self.server.over.is_set():
            self.wfile.write(b"2")
            time.sleep(0.1)

    def take(self) -> None:
        self.say("220 here")
        while line := self.rfile.readline():
            word = line.split()[0].upper()
            if word == b"DATA":
                self.say("354 go on")
                time.sleep(0.05)  # as a real one takes a moment: two senders would meet here
                self.server.taken.append(self.letter())
            self.say("221 bye" if word == b"QUIT" else "250 well")

    def letter(self) -> str:
        lines = iter(self.rfile.readline, b".\r\n")
        return b"".join(lines).decode()

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def mail_server(manner: Manner) -> Iterator[Server]:
    with Server(manner) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
