"""One voice: words, numbers and labels."""
