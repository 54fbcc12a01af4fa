"""Python reads this file when it starts, in the processes that tests start: they get the clock of the tests."""

import os
import sys
import time

sys.modules["pytest"] = None  # time_machine would import it, which takes longer than everything else here
import time_machine  # noqa: E402

del sys.modules["pytest"]

time_machine.travel(time.time() + float(os.environ["TESTS_CLOCK_AHEAD"])).start()
time.time()  # the clock goes on from its first reading
