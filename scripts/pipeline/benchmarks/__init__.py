"""Without this package nobody could say what the engine's care costs, or what it spares those who read and write."""
