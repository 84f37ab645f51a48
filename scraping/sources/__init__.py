"""Where reviews come from. One module a platform; ``base`` says what a source is."""

from projects import files
from projects.choices import Platform
from projects.models import Target
from scraping.sources.base import Source
from scraping.sources.file import FileSource
from scraping.sources.google import GoogleSource
from scraping.sources.outcomes import Outcome, SourceError
from scraping.sources.reddit import RedditSource
from scraping.sources.steam import SteamSource
from scraping.sources.youtube import YouTubeSource

SOURCES: dict[str, type[Source]] = {
    Platform.STEAM: SteamSource,
    Platform.YOUTUBE: YouTubeSource,
    Platform.REDDIT: RedditSource,
    Platform.GOOGLE: GoogleSource,
}


def get_source(target: Target) -> Source:
    """What reads this target. Raises SourceError for a platform that has no source yet."""
    if target.is_file:
        return FileSource(lambda: files.read(target.file_id))
    source = SOURCES.get(target.platform)
    if source is None:
        name = Platform(target.platform).label
        raise SourceError(
            Outcome.UNSUPPORTED, f"{name} cannot be collected yet: export the reviews there and import the file."
        )
    return source()
