"""Fills a scratch database with the rows that break what was only tried on friendly ones."""
