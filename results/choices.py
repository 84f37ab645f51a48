from django.db import models


class Sentiment(models.TextChoices):
    VERY_POSITIVE = "very_positive", "Very positive"
    POSITIVE = "positive", "Positive"
    NEUTRAL = "neutral", "Neutral"
    NEGATIVE = "negative", "Negative"
    VERY_NEGATIVE = "very_negative", "Very negative"


class Emotion(models.TextChoices):
    """Ekman's six basic emotions and none of them."""

    ANGER = "anger", "Anger"
    DISGUST = "disgust", "Disgust"
    FEAR = "fear", "Fear"
    JOY = "joy", "Joy"
    NEUTRAL = "neutral", "Neutral"
    SADNESS = "sadness", "Sadness"
    SURPRISE = "surprise", "Surprise"


class State(models.TextChoices):
    PENDING = "pending", "Waiting for analysis"
    ANALYSED = "analysed", "Analysed"
    UNSUPPORTED_LANGUAGE = "unsupported_language", "Language not supported"
    NO_TEXT = "no_text", "No text"
    FAILED = "failed", "Analysis failed"
