"""Another revision of the project, checked out beside it, with the files that both share."""
