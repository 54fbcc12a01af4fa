"""Every address of the site."""

from django.urls import include, path

urlpatterns = [
    path("account/", include("allauth.urls")),
    path("", include("tracking.urls")),
    path("", include("reports.urls")),
]
