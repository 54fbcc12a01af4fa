"""What the demonstration clinic shows at the first visit, computed before it opens instead of a minute later."""

from reports.actions.courses import recompute_episode
from reports.actions.releases import request_release
from reports.actions.studies import recompute_study
from tracking.models import Study, TreatmentEpisode, User


def compute_everything() -> None:
    """Every course, then every study's figures, by the same functions that the worker calls."""
    for episode_id in TreatmentEpisode.objects.values_list("pk", flat=True):
        recompute_episode(episode_id=episode_id)
    for study_id in Study.objects.values_list("pk", flat=True):
        recompute_study(study_id=study_id)


def ask_for_a_release() -> None:
    """The researcher of the demonstration has asked; the steward finds something to decide on."""
    request_release(
        by=User.objects.get(email="researcher@demo.example"),
        study=Study.objects.get(key="psilocybin-mdd"),
        tables=["scores", "doses", "conclusions", "courses"],
        purpose="Does the mystical experience after the first dose go with HAM-D17 at week 4?",
    )
