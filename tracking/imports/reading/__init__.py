"""The spec, which says what the columns of a file mean, and the file. Pure."""
