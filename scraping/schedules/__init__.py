"""Runs that start by themselves: when, what became of each, and who is told when they fail."""
