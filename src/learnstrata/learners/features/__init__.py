"""What is known of the learners as features, and the matrix of them."""
