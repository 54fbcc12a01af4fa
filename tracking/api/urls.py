"""Addresses of the API about what is recorded."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from tracking.api import fhir, views
from tracking.api.instruments import InstrumentDoor

LATEST, VERSION = InstrumentDoor.as_view({"get": "retrieve"}), InstrumentDoor.as_view({"get": "version"})

QUESTIONNAIRE = fhir.QuestionnaireDoor.as_view({"get": "retrieve"})
QUESTIONNAIRE_VERSION = fhir.QuestionnaireDoor.as_view({"get": "version"})
OBSERVATIONS = fhir.ObservationDoor.as_view({"get": "list", "post": "create"})
RESPONSE = fhir.ResponseDoor.as_view({"get": "retrieve"})

router = SimpleRouter(use_regex_path=False)
router.register("patients", views.PatientDoor, basename="api-patient")
router.register("episodes", views.EpisodeDoor, basename="api-episode")
router.register("requests", views.RequestDoor, basename="api-request")
router.register("assessments", views.AssessmentDoor, basename="api-assessment")
router.register("ratings", views.RatingDoor, basename="api-rating")

urlpatterns = [
    path("instruments/", InstrumentDoor.as_view({"get": "list"}), name="api-instrument-list"),
    path("instruments/<slug:key>/", LATEST, name="api-instrument-detail"),
    path("instruments/<slug:key>/<str:version>/", VERSION, name="api-instrument-version"),
    path("ratings/due/", views.DueRatingDoor.as_view({"get": "list"}), name="api-rating-due"),
    path("fhir/Questionnaire", fhir.DraftDoor.as_view({"post": "draft"}), name="api-fhir-draft"),
    path("fhir/Questionnaire/<slug:id>", QUESTIONNAIRE, name="api-fhir-questionnaire"),
    path(
        "fhir/Questionnaire/<slug:id>/_history/<str:version>",
        QUESTIONNAIRE_VERSION,
        name="api-fhir-questionnaire-version",
    ),
    path(
        "fhir/QuestionnaireResponse",
        fhir.ResponseDoor.as_view({"post": "create"}),
        name="api-fhir-response-new",
    ),
    path("fhir/QuestionnaireResponse/<uuid:id>", RESPONSE, name="api-fhir-response"),
    path("fhir/Observation", OBSERVATIONS, name="api-fhir-observation-list"),
    *router.urls,
]
