"""Addresses of the pages that show what was derived."""

from django.urls import path

from reports.pages import parked
from reports.pages.audit import views as audit
from reports.pages.caseload import views as caseload
from reports.pages.ending import views as ending
from reports.pages.patient import views as patient
from reports.pages.protocol import views as protocol
from reports.pages.releases import views as releases
from reports.pages.run_sheet import views as run_sheet
from reports.pages.study import views as study

urlpatterns = [
    path("", caseload.home, name="home"),
    path("today/", caseload.today, name="today"),
    path("patients/", caseload.patients, name="patients"),
    path("patients/<uuid:public_id>/", patient.patient, name="patient"),
    path("episodes/<uuid:public_id>/course/", patient.course, name="patient-course"),
    path("episodes/<uuid:public_id>/end/", ending.episode_end, name="episode-end"),
    path("patients/<uuid:public_id>/death/", ending.death_new, name="death-new"),
    path("deaths/<uuid:public_id>/take-back/", ending.death_void, name="death-void"),
    path("sessions/<uuid:public_id>/run-sheet/", run_sheet.run_sheet, name="run-sheet"),
    path("studies/", study.studies, name="studies"),
    path("studies/<slug:key>/", study.study, name="study"),
    path("studies/<slug:key>/setting/", study.setting, name="study-setting"),
    path("studies/<slug:key>/agreement/", study.agreement, name="study-agreement"),
    path("protocols/", protocol.protocol_list, name="protocols"),
    path("protocols/<slug:key>/", protocol.protocol, name="protocol"),
    path("protocols/<slug:key>/<str:version>/", protocol.protocol, name="protocol-version"),
    path("flags/<uuid:public_id>/close/", patient.flag_close, name="flag-close"),
    path("administration/audit/", audit.audit, name="administration-audit"),
    path("administration/parked/", parked.parked_release, name="parked-release"),
    path("releases/", releases.release_list, name="releases"),
    path("releases/new/", releases.release_new, name="release-new"),
    path("releases/<uuid:public_id>/", releases.release, name="release"),
    path("releases/<uuid:public_id>/decide/", releases.release_decide, name="release-decide"),
    path("releases/<uuid:public_id>/revoke/", releases.release_revoke, name="release-revoke"),
    path("releases/<uuid:public_id>/download/", releases.release_download, name="release-download"),
]
