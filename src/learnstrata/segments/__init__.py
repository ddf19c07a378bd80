"""What was found: the fitted segments, how they were chosen, who is in them."""
