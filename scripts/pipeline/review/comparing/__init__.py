"""Two living databases laid side by side: their schemas, their rows, and what the models say there should be."""
