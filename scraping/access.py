"""What a visit to a target takes along: its owner's keys, and the way its pages come."""

from collections.abc import Mapping
from dataclasses import dataclass

from integrations import keys, needs
from integrations.providers import PROVIDERS
from projects.choices import Platform
from projects.models import Target
from scraping.sources.outcomes import Outcome, SourceError
from scraping.sources.transports import SERVICES, Direct, FetchOptions, Transport
from scraping.sources.transports.rendered import Rendered, browser

Values = Mapping[str, str]

# Read from pages for people, so any way to a page will do. The others have interfaces for programs, some with keys of
# their own, which are no business of who stands between.
OF_PAGES = frozenset({Platform.AMAZON, Platform.TRUSTPILOT, Platform.YELP, Platform.IMDB})
NO_BROWSER = "This installation has no browser to run the scripts of pages: they are read without."
OTHER_WAYS = "A commercial service may get through: choose one in the project's settings and enter its key."
OR_A_BROWSER = "So may a browser, which runs the scripts of pages: turn that on in the project's settings."


@dataclass(frozen=True, slots=True)
class Access:
    """``keys`` are by provider; ``notes`` are sentences for the job's log, ``hint`` is what else could be tried when
    a site turns the visit away."""

    keys: Mapping[str, Values]
    transport: Transport
    notes: tuple[str, ...] = ()
    hint: str = ""


def of(target: Target) -> Access:
    wanted = target.project.config["scrapers"]
    if target.platform not in OF_PAGES:
        return Access(_keys(target, needs.providers_for(target.platform)), Direct())
    options = FetchOptions(wanted["country"], wanted["render_js"], wanted["premium_proxy"])
    if service := wanted["commercial_provider"]:
        return _through(service, target, options)
    return _by_ourselves(options)


def note_refusal(target: Target, taken: Access, error: SourceError) -> None:
    """Tell the owner that a provider does not accept their key any more. One that is used up stays valid."""
    if error.code == Outcome.INVALID_KEY and error.provider in taken.keys:
        keys.note_refused(target.owner_id, error.provider, taken.keys[error.provider])


def _keys(target: Target, providers: tuple[str, ...]) -> dict[str, Values]:
    """They are kept nowhere else. An empty one is none."""
    found = {provider: keys.values_for(target.owner_id, provider) for provider in providers}
    return {provider: values for provider, values in found.items() if values}


def _through(service: str, target: Target, options: FetchOptions) -> Access:
    own, name = _keys(target, (service,)), PROVIDERS[service].name
    if not own:
        direct = _by_ourselves(options)
        note = f"There is no key for {name}, so its pages are asked for directly."
        return Access({}, direct.transport, (note, *direct.notes), direct.hint)
    return Access(own, SERVICES[service](own[service], options), (f"Its pages come through {name}.",))


def _by_ourselves(options: FetchOptions) -> Access:
    if not options.render_js:
        return Access({}, Direct(), hint=f"{OTHER_WAYS} {OR_A_BROWSER}" if browser() else OTHER_WAYS)
    if program := browser():
        return Access({}, Rendered(program), ("Its pages come through a browser of this installation.",), OTHER_WAYS)
    return Access({}, Direct(), (NO_BROWSER,), OTHER_WAYS)
