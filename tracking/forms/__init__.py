"""Forms: what may be typed, in which words it is asked for. The rules are in the actions."""
