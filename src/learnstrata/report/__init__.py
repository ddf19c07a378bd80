"""Results drawn and told; nothing is computed here."""
