"""The therapist is not the rater: the database itself refuses, on both engines.

Nobody who was in the room in a session of an episode that stands is assigned to one of its blinded ratings or
makes one, and nobody who is so assigned, or has rated blind, is entered as having been in the room.

On SQLite these triggers read each other's tables, and a table that Django builds anew there is dropped and renamed:
its own triggers are lost, and the renaming fails on a trigger of another table that reads it. A later migration
that alters ``tracking_assessment``, ``tracking_assessmentrequest``, ``tracking_presence`` or
``tracking_treatmentsession`` in such a way runs ``unguard`` of this one before and ``guard`` after.
``tests/tracking/test_blind_guard.py`` looks that the triggers are there.
"""

from django.db import migrations

SAID = "whoever was in the room does not rate blind"

IN_ROOM = """EXISTS (
    SELECT 1 FROM tracking_presence p JOIN tracking_treatmentsession s ON s.id = p.session_id
    WHERE s.voided_at IS NULL AND s.episode_id = {episode} AND p.user_id = {user})"""
IS_BLINDED = "EXISTS (SELECT 1 FROM tracking_assessmentrequest r WHERE r.id = NEW.request_id AND r.blinded)"
RATES_BLIND = """EXISTS (
    SELECT 1 FROM tracking_treatmentsession s JOIN tracking_assessmentrequest r ON r.episode_id = s.episode_id
    LEFT JOIN tracking_assessment a ON a.request_id = r.id
    WHERE s.id = NEW.session_id AND s.voided_at IS NULL AND r.blinded
    AND (r.assigned_to_id = NEW.user_id AND r.status <> 'cancelled' OR a.rater_id = NEW.user_id))"""
COMES_BACK = """EXISTS (
    SELECT 1 FROM tracking_presence p JOIN tracking_assessmentrequest r ON r.episode_id = NEW.episode_id
    LEFT JOIN tracking_assessment a ON a.request_id = r.id
    WHERE p.session_id = NEW.id AND r.blinded
    AND (r.assigned_to_id = p.user_id AND r.status <> 'cancelled' OR a.rater_id = p.user_id))"""

ASSIGNED = (
    "NEW.blinded AND NEW.assigned_to_id IS NOT NULL AND NEW.status <> 'cancelled' AND "
    + IN_ROOM.format(episode="NEW.episode_id", user="NEW.assigned_to_id")
)  # fmt: skip
RATED = IS_BLINDED + " AND " + IN_ROOM.format(episode="NEW.episode_id", user="NEW.rater_id")
STANDS = "NEW.voided_at IS NULL AND " + COMES_BACK

# name, table, event, when it is refused
RULES = [
    ("assigned", "tracking_assessmentrequest", "INSERT", ASSIGNED),
    ("reassigned", "tracking_assessmentrequest", "UPDATE", ASSIGNED),
    ("rated", "tracking_assessment", "INSERT", RATED),
    ("present", "tracking_presence", "INSERT", RATES_BLIND),
    ("present_instead", "tracking_presence", "UPDATE", RATES_BLIND),
    ("session_stands", "tracking_treatmentsession", "UPDATE", STANDS),
]

SQLITE = """
CREATE TRIGGER blind_{name} BEFORE {event} ON {table} WHEN {refused}
BEGIN SELECT RAISE(ABORT, '{said}'); END
"""
# Two transactions at once must not each miss what the other writes: whoever enters or assigns somebody holds the
# episode. A request that only becomes done holds nothing, or it would wait for one who waits for it.
POSTGRES_FUNCTION = """
CREATE FUNCTION refuse_{name}() RETURNS trigger AS $$
BEGIN
    {lock}
    IF {refused} THEN
        RAISE EXCEPTION '{said}' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql
"""
POSTGRES = """
CREATE TRIGGER blind_{name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_{name}()
"""
HOLD = "PERFORM 1 FROM tracking_treatmentepisode e WHERE e.id = {episode} FOR NO KEY UPDATE;"
OF_SESSION = "(SELECT s.episode_id FROM tracking_treatmentsession s WHERE s.id = NEW.session_id)"
LOCKS = {
    "assigned": HOLD.format(episode="NEW.episode_id"),
    "reassigned": """
    IF NEW.assigned_to_id IS NOT DISTINCT FROM OLD.assigned_to_id AND NEW.episode_id = OLD.episode_id
        AND NEW.blinded = OLD.blinded AND OLD.status <> 'cancelled' THEN RETURN NEW;
    END IF;
    """
    + HOLD.format(episode="NEW.episode_id"),
    "present": HOLD.format(episode=OF_SESSION),
    "present_instead": HOLD.format(episode=OF_SESSION),
}


def guard(apps, schema_editor):
    for name, table, event, refused in RULES:
        words = {"name": name, "table": table, "event": event, "refused": refused, "said": SAID}
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(SQLITE.format(**words), None)
        else:
            schema_editor.execute(POSTGRES_FUNCTION.format(**words, lock=LOCKS.get(name, "")), None)
            schema_editor.execute(POSTGRES.format(**words), None)


def unguard(apps, schema_editor):
    for name, *_ in RULES:
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER blind_{name}")
        else:
            schema_editor.execute(f"DROP FUNCTION refuse_{name}() CASCADE")


class Migration(migrations.Migration):
    dependencies = [("tracking", "0007_guard_combined_treatment")]
    operations = [migrations.RunPython(guard, unguard)]
