"""What people are told where a key is missing, and that they are told no more once it is there."""

import pytest
from django.urls import reverse

from accounts.tests.factories import api_of, browser_of, make_user
from integrations import needs
from integrations.tests.factories import make_credential
from projects import config
from projects.choices import Platform, TargetType
from projects.declarations import overlay
from projects.tests.factories import make_project, make_target

pytestmark = pytest.mark.django_db
VIDEO = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
CONFIG = overlay(config.defaults(), {"scrapers": {"commercial_provider": "scraperapi"}})


def test_platforms_that_want_a_key_say_so_until_there_is_one():
    assert needs.missing(Platform.YOUTUBE, {"google_places"}).startswith("YouTube gives comments only to those")
    assert needs.missing(Platform.YOUTUBE, {"youtube"}) == needs.missing(Platform.GOOGLE, {"google_places"}) == ""
    assert needs.missing(Platform.REDDIT, ()) == needs.missing(Platform.STEAM, ()) == ""
    assert needs.providers_for(Platform.GOOGLE) == ("serpapi", "google_places")


def test_a_project_and_a_preset_miss_a_service_until_its_key_is_there():
    owner = make_user()
    project = make_project(owner, config=CONFIG)
    addresses = [reverse("api:project", args=[project.pk]), reverse("api:preset", args=["advanced"])]
    pages = [reverse("projects:project_edit", args=[project.pk]), reverse("projects:preset_list")]
    for is_missed in (True, False):
        said = [" ".join(api_of(owner).get(address).json()["notices"]) for address in addresses]
        said += [browser_of(owner).get(page).content.decode() for page in pages]
        assert ["Wants ScraperAPI and its key" in words for words in said] == [is_missed] * len(said)
        make_credential(owner, "scraperapi", api_key="somebodys-0123456789")


def test_a_video_asks_for_a_key_where_targets_are_listed_and_addresses_looked_at():
    owner = make_user()
    project = make_project(owner)
    fields = {"platform": Platform.YOUTUBE, "detected_type": TargetType.VIDEO, "external_id": "dQw4w9WgXcQ"}
    make_target(project, **fields)
    browser, keys = browser_of(owner), reverse("integrations:key_list")
    for words in (needs.WANTED[Platform.YOUTUBE], ""):
        checked = api_of(owner).post(reverse("api:target_check", args=[project.pk]), {"url": VIDEO}).json()
        assert checked["notices"] == ([words] if words else [])
        listed = browser.get(reverse("projects:target_list", args=[project.pk])).content.decode()
        typed = browser.post(reverse("projects:addresses_check"), {"addresses": VIDEO}).content.decode()
        for page in (listed, typed):
            assert ("YouTube gives comments only to those with a key" in page) == bool(words)
        assert (f'href="{keys}"' in typed) == bool(words)
        make_credential(owner, "youtube", api_key="somebodys-0123456789")
