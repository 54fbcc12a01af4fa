"""What computes and stores: courses, figures, releases, and the jobs that frame them."""
