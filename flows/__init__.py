"""Prefect flows and everything that knows the clock, the network or the user."""
