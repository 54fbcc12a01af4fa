"""What computes and stores: courses, figures, releases, and the jobs that frame them.

May import ``analyses``, ``release_frames`` and what is below them.
"""
