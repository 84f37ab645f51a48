"""What a review says: its language, its sentiment, its emotions. `engine.py` is the one face of this package."""
