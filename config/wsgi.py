"""The WSGI application that gunicorn serves, warm before it listens."""

import os

from django.core.wsgi import get_wsgi_application

from config.starting import keep_contacts, refuse_wrong_keys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
keep_contacts()
refuse_wrong_keys()

from config.warm import warm_up  # noqa: E402  # needs the settings and apps that are read above

warm_up()
