"""Platforms that want a key before they give data."""

from typing import Any

from integrations.providers.base import (
    KEY,
    Field,
    Kind,
    Probe,
    Provider,
    api_key,
    by_header,
    by_parameter,
    has,
    is_spent,
)

SOMETHING_PUBLIC = "jNQXAC9IVRw"  # the first video on YouTube
SOMEWHERE_PUBLIC = "ChIJN1t_tDeuEmsRUsoyG83frY4"  # the place of Google's own examples


def _is_videos(data: Any) -> bool:
    return isinstance(data, dict) and data.get("kind") == "youtube#videoListResponse"


def _has_no_searches(data: Any) -> bool:
    return is_spent(0, data.get("total_searches_left"))


SOURCES = (
    Provider(
        id="youtube",
        name="YouTube",
        kind=Kind.SOURCE,
        description="Comments under videos, through the YouTube Data API v3. Free within a daily quota.",
        website="https://developers.google.com/youtube/v3",
        key_url="https://console.cloud.google.com/apis/credentials",
        fields=(api_key(prefix="AIza"),),
        # One unit of a daily quota of 10,000. The key goes into a header, which no log of an address shows.
        probe=by_header(
            "https://www.googleapis.com/youtube/v3/videos",
            _is_videos,
            "X-Goog-Api-Key",
            params={"part": "id", "id": SOMETHING_PUBLIC},
        ),
        used_for="Comments on YouTube, which gives none without.",
        features=("comments",),
    ),
    Provider(
        id="google_places",
        name="Google Places",
        kind=Kind.SOURCE,
        description="Up to five reviews of a place, through the Places API (New).",
        website="https://developers.google.com/maps/documentation/places/web-service",
        key_url="https://console.cloud.google.com/google/maps-apis/credentials",
        fields=(api_key(prefix="AIza", hint="The Places API (New) has to be enabled for its project."),),
        # A request for nothing but the id is one that Google does not charge for.
        probe=by_header(
            f"https://places.googleapis.com/v1/places/{SOMEWHERE_PUBLIC}",
            lambda data: has(data, "id"),
            "X-Goog-Api-Key",
            headers={"X-Goog-FieldMask": "id"},
        ),
        used_for="Five reviews of a place on Google, where there is no key for SerpApi.",
        features=("reviews",),
    ),
    Provider(
        id="serpapi",
        name="SerpApi",
        kind=Kind.SOURCE,
        description="All reviews of a place on Google, page by page. Paid by the search.",
        website="https://serpapi.com",
        key_url="https://serpapi.com/manage-api-key",
        fields=(api_key(),),
        probe=by_parameter(
            "https://serpapi.com/account.json", lambda data: has(data, "account_id"), is_used_up=_has_no_searches
        ),
        used_for="All reviews of a place on Google. It comes before Google's own five.",
        features=("reviews",),
    ),
    Provider(
        id="reddit",
        name="Reddit",
        kind=Kind.SOURCE,
        description="Comments with votes, which Reddit gives to registered apps only. Free for personal use.",
        website="https://www.reddit.com/dev/api",
        key_url="https://www.reddit.com/prefs/apps",
        fields=(
            Field(name="client_id", label="Client ID", help="Under the name of the app on Reddit's page of apps."),
            Field(
                name="client_secret",
                label="Secret",
                is_secret=True,
                pattern=KEY,
                wanted="A secret has at least 8 signs and no spaces.",
            ),
        ),
        probe=Probe(
            method="POST",
            url="https://www.reddit.com/api/v1/access_token",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            params={},
            basic=("client_id", "client_secret"),
            content=b"grant_type=client_credentials",
            proof=lambda data: has(data, "access_token"),
        ),
        used_for="Comments on Reddit: your runs use it.",
        features=("comments",),
    ),
)
