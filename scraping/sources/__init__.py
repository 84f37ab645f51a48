"""Where reviews come from. One module a platform; ``base`` says what a source is."""

from projects import files
from projects.choices import Platform
from projects.models import Target
from scraping.sources.amazon import AmazonSource
from scraping.sources.base import Source
from scraping.sources.file import FileSource
from scraping.sources.google import GoogleSource
from scraping.sources.imdb import ImdbSource
from scraping.sources.reddit import RedditSource
from scraping.sources.steam import SteamSource
from scraping.sources.trustpilot import TrustpilotSource
from scraping.sources.yelp import YelpSource
from scraping.sources.youtube import YouTubeSource

SOURCES: dict[str, type[Source]] = {
    Platform.AMAZON: AmazonSource,
    Platform.STEAM: SteamSource,
    Platform.YOUTUBE: YouTubeSource,
    Platform.REDDIT: RedditSource,
    Platform.GOOGLE: GoogleSource,
    Platform.TRUSTPILOT: TrustpilotSource,
    Platform.YELP: YelpSource,
    Platform.IMDB: ImdbSource,
}


def get_source(target: Target) -> Source:
    """What reads this target."""
    return FileSource(lambda: files.read(target.file_id)) if target.is_file else SOURCES[target.platform]()
