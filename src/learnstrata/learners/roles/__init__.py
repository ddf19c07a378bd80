"""Job titles as role families and seniority."""
