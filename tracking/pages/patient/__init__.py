"""What a patient sees: the link, one question a screen, the own answers."""
