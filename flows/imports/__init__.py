"""What comes in from files and not from the web: documents, saved pages, WARC files, our own archive."""
