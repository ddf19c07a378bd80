"""Whether a new table has moved away from the one that a model was fitted on."""
