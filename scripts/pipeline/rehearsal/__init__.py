"""The whole deployment on this machine: real workflow files, real Zappa, real PostgreSQL, a local AWS."""
