"""Nothing that writes is missing from the table, and no word of the audit log is never said."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from types import FunctionType

from tests.deeds import pairs, table
from tests.deeds.deed import Twice
from tests.deeds.table import DEEDS
from tests.rooms import ROOT, writing_modules
from tracking.vocabulary import AuditAction

# Not deeds of their own, each with its reason: read only, or a part that is called inside the deed of another.
NOT_DEEDS: dict[str, str] = {
    "tracking.actions.abandoned.raise_left_out": "part of raise_for_abandoned and end_episode",
    "tracking.actions.access.ask_again": "part of set_active",
    "tracking.actions.access.give": "part of grant_role, add_member and add_study_member",
    "tracking.actions.audit.event": "makes a row of the audit log, and stores nothing",
    "tracking.actions.audit.record": "the row of the audit log inside a deed: each note of the table is one",
    "tracking.actions.chain.mail_anchor": "a mail to whoever watches over any site: in test_oversight",
    "tracking.actions.contacts_on_disk.keep_contacts_after_commit": "part of create_site and change_contacts",
    "tracking.actions.contacts_on_disk.keep_contacts_on_disk": "writes a file, and stores nothing",
    "tracking.actions.entry_drafts.clear_entry": "part of what stores an assessment",
    "tracking.actions.backups.back_up": "writes a file and no row: in test_backups",
    "tracking.actions.erased.erase_again": "by the owner of the tables alone: in test_erasures",
    "tracking.actions.erased.erased_path": "names a file",
    "tracking.actions.erased.remember_erased": "writes a file and no row: in test_erasures",
    "tracking.actions.erasures.erase": "by the owner of the tables alone: in test_erasures",
    "tracking.actions.erasures.erase_holdings": "part of erase and erase_again",
    "tracking.actions.erasures.guard_lifted": "part of erase and erase_again",
    "tracking.actions.field_keys.check_field_keys": "reads, for manage.py check",
    "tracking.actions.field_keys.confirm_after_migrating": "confirm_field_keys, at the end of migrate",
    "tracking.actions.field_keys.confirm_before_writing": "confirm_field_keys, now and then",
    "tracking.actions.field_keys.confirm_field_keys": "at each start, by nobody: in test_field_keys",
    "tracking.actions.key_rotation.give_up_key": "at the command line alone: in test_key_rotation",
    "tracking.actions.key_rotation.reencrypt": "changes no value, only how it is stored: in test_key_rotation",
    "tracking.actions.key_rotation.retire_old_keys": "at the command line alone: in test_key_rotation",
    "tracking.actions.moves.move": "one row's step inside a deed",
    "tracking.actions.moves.moved": "one row's step inside a deed",
    "tracking.actions.outbox.waiting_mail": "reads",
    "tracking.actions.outbox.withdraw_mail": "part of record_death",
    "tracking.actions.people.new_study_codes": "draws, and stores nothing",
    "tracking.actions.taps.enter": "the line inside each deed of dosing",
    "tracking.actions.taps.tap": "the whole of most deeds of dosing",
    "tracking.actions.sign_in.password_link": "signs, and stores nothing",
    "tracking.actions.tries.is_spent": "reads",
    "tracking.actions.tries.emergency_sources": "names, and stores nothing",
    "tracking.actions.tries.sign_in_sources": "names, and stores nothing",
    "tracking.actions.tries.take_back": "ends what put_down began, which is no deed of anybody",
    "tracking.actions.wordings.read_wording": "reads a text",
    "tracking.imports.writing.joins.join": "compares, and stores nothing",
    "tracking.imports.writing.joins.save_joined": "part of import_scores",
    "tracking.imports.writing.rows.assessed_on": "counts days",
    "tracking.imports.writing.rows.audit_rows": "part of import_scores",
    "tracking.imports.writing.rows.create_assessments": "part of import_scores",
    "tracking.imports.writing.rows.create_episodes": "part of import_scores",
    "tracking.imports.writing.rows.external_key": "names",
    "tracking.imports.writing.rows.mismatch_rows": "makes rows, and stores nothing",
    "tracking.imports.writing.setting.check_diagnosis": "checks",
    "tracking.imports.writing.setting.declare_scales": "part of import_scores",
    "tracking.imports.writing.setting.study_of": "part of import_scores",
    "tracking.imports.writing.setting.team_of": "part of import_scores",
    "tracking.actions.safety.findings": "reads a scored form",
    "tracking.actions.scores.score_rows": "makes rows, and stores nothing",
    "tracking.actions.scores.store_scores": "part of submit_assessment and its like",
    "tracking.simulation.study.courses": "invents, and stores nothing",
    "tracking.simulation.study.new_cohort": "part of simulate_study",
    "tracking.simulation.study.simulate_study": "in test_simulations",
    "tracking.simulation.writer.who_answers": "reads",
    "tracking.simulation.sheet.keep_run_sheet": "deeds one after the other, in the course of simulate",
    "tracking.simulation.walk.answers_on": "invents, and stores nothing",
    "tracking.simulation.walk.identity_of": "invents, and stores nothing",
    "tracking.simulation.walk.simulate": "in test_simulations",
    "tracking.actions.totals.field_of": "names",
    "reports.actions.demo.ask_for_a_release": "request_release, for the demonstration",
    "reports.actions.demo.compute_everything": "recompute_episode and recompute_study, for the demonstration",
    "reports.actions.jobs.attempt": "the frame of recompute_episode and recompute_study",
    "reports.actions.jobs.behind": "reads",
    "reports.actions.jobs.pending": "reads",
    "reports.actions.publishing.publish": "recompute_study, within its transaction",
    "reports.actions.publishing.published_people": "reads",
    "reports.actions.publishing.standing": "reads",
    "reports.actions.publishing.tells": "compares",
    "reports.actions.release_closing.erased_since": "reads",
    "reports.actions.release_closing.fetches": "reads",
    "reports.actions.release_closing.holds_withdrawn": "reads, and holds what it has read",
    "reports.actions.releases.part_path": "names a file",
    "reports.actions.releases.refuse_while_broken": "reads",
    "reports.actions.releases.release_path": "names a file",
    "tracking.actions.rebuilding.rebuilt": "part of restore",
    "tracking.actions.restores.identities_in": "reads a text",
    "tracking.actions.restores.is_anything_there": "reads",
    "tracking.actions.restores.look_into": "reads a file",
    "tracking.actions.restores.restore": "puts all rows in the place of all others: in test_backup_drill",
    "tracking.actions.treatment.episode_of": "reads",
}


def public() -> dict[str, FunctionType]:
    """Every public function of what writes, by module and name."""
    return {
        f"{module.__name__}.{name}": found
        for module in writing_modules()
        for name, found in vars(module).items()
        if inspect.isfunction(found) and found.__module__ == module.__name__ and name[0] != "_"
    }


def test_every_action_is_in_the_table() -> None:
    entered = {f"{deed.action.__module__}.{deed.action.__name__}" for deed in DEEDS}
    assert sorted(public().keys() - entered - NOT_DEEDS.keys()) == []
    assert sorted(NOT_DEEDS.keys() & entered) == []
    assert sorted(NOT_DEEDS.keys() - public().keys()) == []


def test_every_word_of_the_audit_log_is_said() -> None:
    said = {note.action for deed in DEEDS for note in deed.notes} | {
        AuditAction.SIMULATE_STUDY,
        AuditAction.ERASE,
    }
    assert sorted(set(AuditAction) - said) == []


def test_every_file_of_the_table_is_read() -> None:
    for folder, read in (("table", table), ("pairs", pairs)):
        files = {path.stem for path in (ROOT / "tests/deeds" / folder).glob("*.py")} - {"__init__"}
        assert files == set(read.__all__) - {"DEEDS", "PAIRS"}


def test_names_are_not_used_twice() -> None:
    for lines in (DEEDS, pairs.PAIRS):
        names = [line.name for line in lines]
        assert len(names) == len(set(names))


def test_all_three_ways_of_doing_it_twice_are_met() -> None:
    assert {deed.twice for deed in DEEDS} == set(Twice)


# Where many rows are changed by one statement on purpose; every other change of a row goes through ``moves``.
MANY_ROWS = {
    "tracking.imports.writing.store.run": "a dictionary",
    "reports.actions.publishing.publish": "the figures of those before",
    "tracking.actions.backups.write": "a hash",
    "tracking.actions.heartbeats.note_heartbeat": "the sign of one name, if it is older",
    "tracking.actions.key_rotation._step": "the one value, if it is still the one that was read",
    "tracking.actions.marks.want_episode": "the mark of one episode, by that episode",
    "tracking.actions.marks.want_episodes": "the marks of so many episodes",
    "tracking.actions.marks.want_study": "the mark of one study, by that study",
    "tracking.actions.moves.moved": "the one row",
    "tracking.actions.safety.carry_alerts": "all alerts that one draft has raised",
    "tracking.actions.tapers.plan_taper": "what stands of the earlier plan",
    "tracking.actions.treatment._cancel_requests_of": "all that was asked because of one session",
    "tracking.actions.treatment._void_with": "all that goes with one record",
    "tracking.actions.tries._one_more": "the count of one source in one window",
    "tracking.actions.tries.take_back": "the counts that put_down has put up",
    "reports.actions.jobs.park_lost": "all whose worker was lost",
    "reports.actions.jobs.want_everything": "everything",
}


def test_one_row_moves_by_the_one_helper() -> None:
    found = {
        f"{module.__name__}.{function.name}"
        for module in writing_modules()
        for function in ast.walk(ast.parse(Path(str(module.__file__)).read_text()))
        if isinstance(function, ast.FunctionDef)
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "update"
    }
    assert sorted(found) == sorted(MANY_ROWS)
