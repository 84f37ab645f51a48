"""Reviews and analyses as the API shows them."""

from collections.abc import Sequence
from typing import Annotated, Literal, TypedDict

from projects.choices import Platform
from results.analysis.engine import Analysis
from results.choices import Emotion, LabelSource, Sentiment, State, label_shown, labels_covered, labels_shown
from results.models import Result
from sentimatrix_studio import rest
from sentimatrix_studio.shapes import Count, Id, Moment, Score, Share

EmotionModel = Literal["ekman", "goemotions"]


class ContentJson(TypedDict):
    """What the platform says. A rating is on the platform's own scale; `segments` tell reviewers apart, such as
    `playtime_hours` on Steam or `verified` on Amazon."""

    text: str
    title: str
    author: str
    rating: float | None
    rating_max: float | None
    date: Moment | None
    url: str
    platform_id: str
    segments: dict[str, str | float | bool]


class ReadSentimentJson(TypedDict):
    """`score` is −1 (negative) to 1 (positive); `scores` are the probabilities of the labels the project has."""

    label: Annotated[str, Sentiment]
    score: Score
    confidence: Share
    scores: dict[str, Share]


class ResultSentimentJson(ReadSentimentJson):
    analyzed_at: Moment | None


class DetectedEmotionJson(TypedDict):
    emotion: str
    score: Share


class EmotionsJson(TypedDict):
    """`primary` is one of Ekman's, by which filters and figures go; with `goemotions` those `detected` are finer."""

    model: EmotionModel
    primary: Annotated[str, Emotion] | None
    primary_score: Share | None
    detected: list[DetectedEmotionJson]


class AspectJson(TypedDict):
    """`quote` is the piece of the text that says so."""

    aspect: str
    sentiment: Annotated[str, Sentiment]
    quote: str


class ResultAnalysisJson(TypedDict):
    engine: str | None
    sentiment: ResultSentimentJson | None
    emotions: EmotionsJson
    aspects: list[AspectJson]
    summary: str | None
    insights: list[str]


class CorrectionJson(TypedDict):
    """What a person has said in place of the engine, and what the engine says; null is left to the engine."""

    sentiment: Annotated[str, Sentiment] | None
    emotion: Annotated[str, Emotion] | None
    engine_sentiment: Annotated[str, Sentiment] | None
    engine_emotion: Annotated[str, Emotion] | None
    corrected_at: Moment


class ResultJson(TypedDict):
    """A review or comment, and what the analysis makes of it. It is missing when a run that read all of its target
    did not find it any more."""

    id: Id
    project_id: Id
    target_id: Id
    job_id: Id | None
    platform: Annotated[str, Platform]
    language: str | None
    word_count: Count
    state: Annotated[str, State]
    content: ContentJson
    analysis: ResultAnalysisJson
    label_source: Annotated[str, LabelSource] | None
    correction: CorrectionJson | None
    missing_since: Moment | None
    created_at: Moment
    updated_at: Moment


class TextAnalysisJson(TypedDict):
    """What an engine makes of a text. Without a label unless `state` is `analysed`. `notice` says why it is not the
    engine that was asked for; empty if it is."""

    engine: str
    state: Annotated[str, State]
    language: str | None
    sentiment: ReadSentimentJson | None
    emotions: EmotionsJson
    notice: str


def result_as_json(result: Result, classes: int) -> ResultJson:
    """A review as the API shows it; its labels are those of a project with that many classes."""
    return {
        "id": str(result.pk),
        "project_id": str(result.project_id),
        "target_id": str(result.target_id),
        "job_id": str(result.job_id) if result.job_id else None,
        "platform": result.platform,
        "language": result.language or None,
        "word_count": result.word_count,
        "state": result.state,
        "content": content_as_json(result),
        "analysis": {
            "engine": result.engine or None,
            "sentiment": _analysed(result, classes),
            "emotions": _emotions(result.emotion, result.emotion_score, result.emotions, result.fine_emotions),
            "aspects": [_aspect(found, classes) for found in result.aspects],
            "summary": result.summary or None,
            "insights": result.insights,
        },
        "label_source": result.label_source or None,
        "correction": _correction(result, classes),
        "missing_since": rest.utc(result.missing_since),
        "created_at": rest.utc(result.created_at),
        "updated_at": rest.utc(result.updated_at),
    }


def _aspect(found: AspectJson, classes: int) -> AspectJson:
    shown = label_shown(found["sentiment"], classes)
    return {"aspect": found["aspect"], "sentiment": shown or "", "quote": found["quote"]}


def content_as_json(result: Result) -> ContentJson:
    return {
        "text": result.text,
        "title": result.title,
        "author": result.author,
        "rating": result.rating,
        "rating_max": result.rating_max,
        "date": rest.utc(result.published_at),
        "url": result.url,
        "platform_id": result.external_id,
        "segments": result.segments,
    }


def analysis_as_json(analysis: Analysis, classes: int, notice: str = "") -> TextAnalysisJson:
    detected: list[DetectedEmotionJson] = [{"emotion": name, "score": score} for name, score in analysis.emotions]
    return {
        "engine": analysis.engine,
        "state": analysis.state,
        "language": analysis.language or None,
        "sentiment": _sentiment(analysis, classes),
        "emotions": _emotions(analysis.emotion, dict(analysis.emotions).get(analysis.emotion or ""), detected),
        "notice": notice,
    }


def _sentiment(read: Result | Analysis, classes: int) -> ReadSentimentJson | None:
    label = label_shown(read.sentiment, classes)
    if label is None or read.score is None or read.confidence is None:
        return None
    scores = {
        shown: round(sum(read.scores.get(label, 0) for label in labels_covered(shown, classes)), 4)
        for shown in labels_shown(classes)
    }
    return {"label": label, "score": read.score, "confidence": read.confidence, "scores": scores}


def _analysed(result: Result, classes: int) -> ResultSentimentJson | None:
    read = _sentiment(result, classes)
    return {**read, "analyzed_at": rest.utc(result.analyzed_at)} if read else None


def _correction(result: Result, classes: int) -> CorrectionJson | None:
    said, engine = result.correction, result.model_label
    if not said or not engine or result.corrected_at is None:
        return None
    return {
        "sentiment": label_shown(said.get("sentiment"), classes),
        "emotion": said.get("emotion"),
        "engine_sentiment": label_shown(engine["sentiment"], classes),
        "engine_emotion": engine["emotion"],
        "corrected_at": rest.utc(result.corrected_at),
    }


def _emotions(
    primary: str | None,
    score: float | None,
    detected: list[DetectedEmotionJson],
    fine: Sequence[DetectedEmotionJson] = (),
) -> EmotionsJson:
    model: EmotionModel = "goemotions" if fine else "ekman"
    return {"model": model, "primary": primary, "primary_score": score, "detected": list(fine) or detected}
