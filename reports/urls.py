"""Addresses of the pages that show what was derived."""

from django.urls import path

from reports.views import home, patient

urlpatterns = [
    path("", home.home, name="home"),
    path("today/", home.today, name="today"),
    path("patients/", home.patients, name="patients"),
    path("patients/<uuid:public_id>/", patient.patient, name="patient"),
    path("episodes/<uuid:public_id>/course/", patient.course, name="patient-course"),
    path("flags/<uuid:public_id>/close/", patient.flag_close, name="flag-close"),
]
