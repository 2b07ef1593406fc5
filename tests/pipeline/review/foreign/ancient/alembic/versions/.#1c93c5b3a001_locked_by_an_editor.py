this is the lock file of an editor
