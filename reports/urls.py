"""Addresses of the pages that show what was derived."""

from django.urls import path

from reports.views import home, patient, studies

urlpatterns = [
    path("", home.home, name="home"),
    path("today/", home.today, name="today"),
    path("patients/", home.patients, name="patients"),
    path("patients/<uuid:public_id>/", patient.patient, name="patient"),
    path("episodes/<uuid:public_id>/course/", patient.course, name="patient-course"),
    path("studies/", studies.studies, name="studies"),
    path("studies/<slug:key>/", studies.study, name="study"),
    path("flags/<uuid:public_id>/close/", patient.flag_close, name="flag-close"),
]
