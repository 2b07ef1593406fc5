"""One module per rule; the file's name is the rule's name. They are discovered, there is no list to edit."""
