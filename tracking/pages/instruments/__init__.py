"""What instruments there are and how each is scored: catalogue, own definitions, wordings, trying."""
