"""Statistics of clusters: arrays in, results out."""
