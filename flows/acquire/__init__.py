"""Asking publishers: polling feeds, fetching pages, keeping their raw bytes."""
