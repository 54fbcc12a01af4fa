"""How gunicorn serves: threads, because views are synchronous."""

import os

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_WORKERS", "2"))
worker_class = "gthread"
threads = 4
preload_app = True  # read the code once, then fork: pandas and scipy take seconds to import
timeout = 60
graceful_timeout = 5
keepalive = 5
# It would lie in the home of whoever runs the web, which is read-only, and steer it.
control_socket_disable = True
accesslog = None  # addresses of patient links must not end in a log
errorlog = "-"
loglevel = "warning"
