"""One invented person: how they fare, what they answer and when. Pure and seeded."""
