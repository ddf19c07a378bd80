"""The store of a layer: its versions, its segments, and who was in which when."""
