"""Addresses of the pages on which things are recorded."""

from django.urls import path

from tracking.pages.answers import assessments, due_work, entry, totals
from tracking.pages.instruments import catalogue, library, wordings
from tracking.pages.oversight import looks
from tracking.pages.patient import own, portal
from tracking.pages.people import (
    access,
    administration,
    alerts,
    copies,
    erasures,
    glass,
    languages,
    people,
    records,
    retention,
    second_factor,
    tokens,
)
from tracking.pages.raters import blinding, calls, guesses, raters
from tracking.pages.treatment import dosing, medication, sessions, setting, washouts

sitting_urls = [
    path("s/<str:token>/", portal.landing, name="sitting-landing"),
    path("sitting/", portal.sitting, name="sitting"),
    path("sitting/thanks/", portal.done, name="sitting-done"),
    path("sitting/<uuid:public_id>/<int:number>/", portal.item, name="sitting-item"),
    path("sitting/<uuid:public_id>/answer/", portal.device_answer, name="sitting-answer"),
    path("sitting/<uuid:public_id>/review/", portal.review, name="sitting-review"),
    path("own/", own.course, name="own-course"),
    path("own/looks/", own.looks, name="own-looks"),
    path("own/answer/", own.answer, name="own-answer"),
    path("own/<uuid:public_id>/", own.answers, name="own-answers"),
]

entry_urls = [
    path("requests/<uuid:public_id>/rate/", entry.rate, name="rate"),
    path("entries/<uuid:public_id>/discard/", entry.entry_discard, name="entry-discard"),
    path("episodes/<uuid:public_id>/rate/<slug:instrument>/", entry.rate_new, name="rate-new"),
    path("episodes/<uuid:public_id>/total/<slug:instrument>/", totals.total_new, name="total-new"),
    path("assessments/<uuid:public_id>/correct-total/", totals.total_correct, name="total-correct"),
    path("episodes/<uuid:public_id>/ask/", entry.request_new, name="request-new"),
    path("requests/<uuid:public_id>/excuse/", due_work.request_excuse, name="request-excuse"),
    path("requests/<uuid:public_id>/hand-over/", due_work.request_hand_over, name="request-hand-over"),
    path("episodes/<uuid:public_id>/link/", entry.link_new, name="link-new"),
    path("assessments/<uuid:public_id>/", assessments.assessment, name="assessment"),
    path("assessments/<uuid:public_id>/correct/", assessments.correct, name="assessment-correct"),
    path("ratings/<uuid:public_id>/guess/", guesses.rating_guess, name="rating-guess"),
    path("ratings/", raters.ratings, name="ratings"),
    path("ratings/<uuid:public_id>/call/", calls.call_ask, name="call-ask"),
    path("calls/<uuid:public_id>/", calls.call_agree, name="call-agree"),
    path("ratings/availability/", raters.availability, name="availability"),
    path("ratings/availability/end/", raters.availability_end, name="availability-end"),
    path("ratings/learnt/", raters.learnt, name="rating-learnt"),
    path("requests/<uuid:public_id>/rater/", blinding.rater_assign, name="rater-assign"),
    path("requests/<uuid:public_id>/second/", blinding.second_rating, name="second-rating"),
    path("episodes/<uuid:public_id>/unblinding/", blinding.unblinding_new, name="unblinding-new"),
    path("unblindings/<uuid:public_id>/", blinding.unblinding, name="unblinding"),
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/<uuid:public_id>/acknowledge/", alerts.acknowledge, name="alert-acknowledge"),
    path("alerts/<uuid:public_id>/close/", alerts.close, name="alert-close"),
]

treatment_urls = [
    path("patients/new/", people.patient_new, name="patient-new"),
    path("patients/<uuid:public_id>/identity/", people.identity, name="patient-identity"),
    path("patients/<uuid:public_id>/responsible/", records.responsible, name="patient-responsible"),
    path("patients/<uuid:public_id>/team/", records.transfer, name="patient-transfer"),
    path("patients/<uuid:public_id>/copy/", copies.patient_copy, name="patient-copy"),
    path("patients/<uuid:public_id>/erase/", erasures.patient_erase, name="patient-erase"),
    path("patients/<uuid:public_id>/undo/", records.undo, name="record-undo"),
    path("patients/<uuid:public_id>/merge/", records.merge, name="record-merge"),
    path("moves/", records.record_list, name="record-moves"),
    path("moves/<uuid:public_id>/", records.record_move, name="record-move"),
    path("patients/<uuid:public_id>/consent/", people.consent, name="consent"),
    path("patients/<uuid:public_id>/episodes/new/", people.episode_new, name="episode-new"),
    path("episodes/<uuid:public_id>/sessions/new/", sessions.session_new, name="session-new"),
    path("episodes/<uuid:public_id>/medications/new/", medication.medication_new, name="medication-new"),
    path("sessions/<uuid:public_id>/", sessions.session, name="session"),
    path("sessions/<uuid:public_id>/dose/", sessions.dose_new, name="dose-new"),
    path("sessions/<uuid:public_id>/setting/", setting.session_setting, name="session-setting"),
    path("medications/<uuid:public_id>/", medication.medication, name="medication"),
    path("medications/<uuid:public_id>/plan/", medication.taper_plan, name="taper-plan"),
    path("medications/<uuid:public_id>/check/", medication.discontinuation_ask, name="discontinuation-ask"),
    path("planned-steps/<uuid:public_id>/take/", medication.planned_take, name="planned-take"),
    path("records/<slug:kind>/<uuid:public_id>/void/", sessions.record_void, name="record-void"),
]

setting_urls = [
    path("settings/", setting.rooms, name="rooms"),
    path("settings/new/", setting.room_new, name="room-new"),
    path("settings/<uuid:public_id>/", setting.room, name="room"),
    path("settings/<uuid:public_id>/revise/", setting.room_revise, name="room-revise"),
    path("settings/<uuid:public_id>/retire/", setting.room_retire, name="room-retire"),
]

dosing_urls = [
    path("episodes/<uuid:public_id>/dosing/begin/", dosing.begin, name="dosing-begin"),
    path("sessions/<uuid:public_id>/run-sheet/line/<slug:kind>/", dosing.line, name="run-sheet-line"),
    path("sessions/<uuid:public_id>/run-sheet/dose/", dosing.dose, name="run-sheet-dose"),
    path("sessions/<uuid:public_id>/run-sheet/form/<slug:instrument>/", dosing.form, name="run-sheet-form"),
    path("sessions/<uuid:public_id>/run-sheet/sign/", dosing.sign, name="run-sheet-sign"),
]

administration_urls = [
    path("access/<slug:kind>/<int:pk>/", access.access, name="access"),
    path("teams/", access.own_teams, name="own-teams"),
    path("administration/", administration.administration, name="administration"),
    path("administration/duplicates/", administration.duplicates, name="administration-duplicates"),
    path("administration/people/new/", administration.user_new, name="administration-user-new"),
    path("administration/people/<uuid:public_id>/", administration.user, name="administration-user"),
    path(
        "administration/people/<uuid:public_id>/active/",
        administration.user_active,
        name="administration-user-active",
    ),
    path(
        "administration/people/<uuid:public_id>/password/",
        administration.user_password,
        name="administration-user-password",
    ),
    path(
        "administration/people/<uuid:public_id>/sign-out/",
        administration.user_sign_out,
        name="administration-user-sign-out",
    ),
    path("administration/sites/<slug:site>/retention/", retention.site_retention, name="site-retention"),
    path("administration/sites/<slug:site>/name/", administration.site_name, name="site-name"),
    path(
        "administration/people/<uuid:public_id>/second-step/",
        second_factor.second_factor_reset,
        name="second-factor-reset",
    ),
    path(
        "administration/people/<uuid:public_id>/roles/new/",
        administration.grant_new,
        name="administration-grant-new",
    ),
    path(
        "administration/people/<uuid:public_id>/studies/new/",
        administration.study_join,
        name="administration-study-join",
    ),
    path("administration/roles/<int:pk>/end/", administration.grant_end, name="administration-grant-end"),
    path(
        "administration/studies/<int:pk>/end/", administration.study_leave, name="administration-study-leave"
    ),
    path("administration/teams/new/", administration.team_new, name="administration-team-new"),
    path("administration/teams/<uuid:public_id>/", administration.team, name="administration-team"),
    path(
        "administration/memberships/<int:pk>/end/",
        administration.membership_end,
        name="administration-membership-end",
    ),
]

emergency_urls = [
    path("emergency/", glass.seek, name="emergency"),
    path("emergency/<uuid:public_id>/", glass.record, name="emergency-record"),
    path("emergency/<uuid:public_id>/end/", glass.end, name="emergency-end"),
]

oversight_urls = [
    path("oversight/", looks.oversight, name="oversight"),
    path("oversight/<uuid:public_id>/", looks.odd_look, name="oversight-odd"),
]

library_urls = [
    path("administration/instruments/", library.library, name="library"),
    path("administration/instruments/new/", library.library_new, name="library-new"),
    path("administration/instruments/try/", library.library_try, name="library-try"),
    path("administration/instruments/publish/", library.library_publish, name="library-publish"),
    path("administration/instruments/<uuid:public_id>/", library.library_version, name="library-version"),
    path(
        "administration/instruments/<uuid:public_id>/retire/", library.library_retire, name="library-retire"
    ),
]

catalogue_urls = [
    path("instruments/", catalogue.instruments, name="instruments"),
    path("instruments/<slug:key>/", catalogue.instrument, name="instrument"),
    path("instruments/<slug:key>/<str:version>/", catalogue.instrument, name="instrument-version"),
    path("instruments/<slug:key>/<str:version>/try/", catalogue.instrument_try, name="instrument-try"),
    path(
        "instruments/<slug:key>/<str:version>/definition/",
        catalogue.instrument_definition,
        name="instrument-definition",
    ),
]

wording_urls = [
    path("administration/wordings/", wordings.wordings, name="wordings"),
    path("administration/wordings/<slug:instrument>/new/", wordings.wording_new, name="wording-new"),
    path(
        "administration/wordings/<slug:instrument>/template/<slug:kind>/",
        wordings.wording_template,
        name="wording-template",
    ),
    path("administration/wordings/<uuid:public_id>/", wordings.wording, name="wording"),
    path(
        "administration/wordings/<uuid:public_id>/file/<slug:kind>/",
        wordings.wording_file,
        name="wording-file",
    ),
    path(
        "administration/wordings/<uuid:public_id>/withdraw/",
        wordings.wording_withdraw,
        name="wording-withdraw",
    ),
    path("administration/sites/<slug:site>/asking/", wordings.site_asking, name="site-asking"),
    path("administration/sites/<slug:site>/contacts/", languages.site_contacts, name="site-contacts"),
]

washout_urls = [
    path("administration/washouts/", washouts.washouts, name="washouts"),
    path(
        "administration/washouts/<slug:site>/<slug:protocol>/<int:number>/",
        washouts.washout_set,
        name="washout-set",
    ),
]

token_urls = [
    path("account/language/", languages.language, name="language"),
    path("account/second-step/", second_factor.second_factor, name="second-factor"),
    path("account/tokens/", tokens.tokens, name="tokens"),
    path("account/tokens/revoke/", tokens.token_revoke, name="token-revoke"),
]

urlpatterns = [
    *sitting_urls,
    *entry_urls,
    *treatment_urls,
    *setting_urls,
    *dosing_urls,
    *administration_urls,
    *emergency_urls,
    *oversight_urls,
    *washout_urls,
    *token_urls,
    *wording_urls,
    *library_urls,
    *catalogue_urls,
]
