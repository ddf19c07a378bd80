"""Learner tables: what they hold and what is known of each learner."""
