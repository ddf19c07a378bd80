"""The segmentation as a thing that other systems use."""
