"""What is decided by looking at rows: what may be put on record, and which instrument and wording count where."""
