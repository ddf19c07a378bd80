"""The learners before anything is clustered."""
