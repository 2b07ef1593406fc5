"""A package, and no mere folder: a library that is installed for the tests brings one of the same name."""
