"""What a log line must not hold: the token of a patient's link stands in the address of its page."""

import logging
import re

TOKEN = re.compile(r"/s/[^/\s\"']+")


class HideTokens(logging.Filter):
    """Takes the token out of every address that is about to be written."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = TOKEN.sub("/s/…", record.getMessage()), ()
        return True
