"""What the deploying workflows do, a module per thing: every step is one script that calls one function here."""
