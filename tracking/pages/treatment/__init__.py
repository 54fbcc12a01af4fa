"""What happens in treatment: medication, sessions, washouts, set and setting, dosing."""
