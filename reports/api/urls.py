"""Addresses of the API about what was derived."""

from rest_framework.routers import SimpleRouter

from reports.api import views

router = SimpleRouter(use_regex_path=False)
router.register("caseload", views.CaseloadDoor, basename="api-caseload")
router.register("courses", views.CourseDoor, basename="api-course")
router.register("flags", views.FlagDoor, basename="api-flag")
router.register("cohorts", views.CohortDoor, basename="api-cohort")
router.register("releases", views.ReleaseDoor, basename="api-release")

urlpatterns = router.urls
