"""The fitted model, and how certain it is of a learner."""
