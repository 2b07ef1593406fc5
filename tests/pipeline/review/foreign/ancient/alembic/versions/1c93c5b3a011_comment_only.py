# Moved to 1c93c5b3a012.
