"""Bringing source files into the store: read, map, check, stage, publish."""
