"""Addresses of the pages that show what was derived."""

from django.urls import path

from reports.views import dosing, home, parked, patient, protocols, releases, studies

urlpatterns = [
    path("", home.home, name="home"),
    path("today/", home.today, name="today"),
    path("patients/", home.patients, name="patients"),
    path("patients/<uuid:public_id>/", patient.patient, name="patient"),
    path("episodes/<uuid:public_id>/course/", patient.course, name="patient-course"),
    path("sessions/<uuid:public_id>/run-sheet/", dosing.run_sheet, name="run-sheet"),
    path("studies/", studies.studies, name="studies"),
    path("studies/<slug:key>/", studies.study, name="study"),
    path("studies/<slug:key>/setting/", studies.setting, name="study-setting"),
    path("studies/<slug:key>/agreement/", studies.agreement, name="study-agreement"),
    path("protocols/", protocols.protocol_list, name="protocols"),
    path("protocols/<slug:key>/", protocols.protocol, name="protocol"),
    path("protocols/<slug:key>/<str:version>/", protocols.protocol, name="protocol-version"),
    path("flags/<uuid:public_id>/close/", patient.flag_close, name="flag-close"),
    path("administration/parked/", parked.parked_release, name="parked-release"),
    path("releases/", releases.release_list, name="releases"),
    path("releases/new/", releases.release_new, name="release-new"),
    path("releases/<uuid:public_id>/", releases.release, name="release"),
    path("releases/<uuid:public_id>/decide/", releases.release_decide, name="release-decide"),
    path("releases/<uuid:public_id>/download/", releases.release_download, name="release-download"),
]
