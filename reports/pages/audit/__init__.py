"""Who did what at a site, for its administrators."""
