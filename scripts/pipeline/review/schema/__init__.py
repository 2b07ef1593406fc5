"""What revisions make and take away in a database: tables, columns, types and the rest, and whether both ways agree."""
