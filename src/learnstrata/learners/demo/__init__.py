"""A made table of learners, seeded and calibrated."""
