"""What stands behind the executables in scripts/: review, delivery, workflows and the rehearsal."""
