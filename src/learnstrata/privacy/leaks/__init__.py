"""The search for names in what is about to be shared."""
