"""An app of the tests alone, with a migration that needs a lock which every page needs too."""
