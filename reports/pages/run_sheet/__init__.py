"""The run-sheet of a dosing session with its log and its vital signs."""
