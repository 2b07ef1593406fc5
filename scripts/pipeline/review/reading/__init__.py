"""What a revision does, told from its text alone: nothing of the reviewed project is imported or run."""
