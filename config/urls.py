"""Every address of the site."""

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularJSONAPIView

from config.health import health, ready
from tracking.api.permissions import IsStaff

api: list[URLPattern | URLResolver] = [
    path("schema/", SpectacularJSONAPIView.as_view(permission_classes=[IsStaff]), name="api-schema"),
    path("", include("tracking.api.urls")),
    path("", include("reports.api.urls")),
]

handler500 = "config.faults.fault"

urlpatterns = [
    path("healthz", health, name="healthz"),
    path("readyz", ready, name="readyz"),
    path("api/v1/", include(api)),
    path("account/", include("allauth.urls")),
    path("", include("tracking.urls")),
    path("", include("reports.urls")),
]
