"""The page of a patient: course, time line, what is due, what follows from it."""
