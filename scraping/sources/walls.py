"""What stands in place of a page: checks for robots, blocks and sign-ins, told by the structure of the page.

Titles, forms, frames, ids and addresses are looked at, never the words of a page, which are what people wrote. They
are those of public descriptions of these walls; none could be tried against the live sites.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from integrations.outbound import Response
from projects.choices import Platform
from projects.platforms import SITES
from scraping.sources.outcomes import Outcome

READ = 200_000  # characters of a page: walls are small
SOURCES = ("iframe", "script")


@dataclass(frozen=True, slots=True)
class Wall:
    """What such a page is known by: everything that is said here. Patterns are searched for, titles matched whole."""

    outcome: Outcome
    title: str = ""
    element: str = ""  # an id
    form: str = ""  # in where a form leads
    link: str = ""
    source: str = ""  # of a script or a frame
    status: int = 0

    def holds(self, skeleton: "Skeleton", status: int) -> bool:
        return (
            (not self.title or re.fullmatch(self.title, skeleton.title.strip(), re.IGNORECASE) is not None)
            and (not self.element or self.element in skeleton.ids)
            and (not self.form or any(re.search(self.form, one) for one in skeleton.forms))
            and (not self.link or any(re.search(self.link, one) for one in skeleton.links))
            and (not self.source or any(re.search(self.source, one) for one in skeleton.sources))
            and self.status in (0, status)
        )


GUARDS = (  # in front of any site
    Wall(Outcome.CAPTCHA, title=r"Just a moment\.\.\."),  # Cloudflare
    Wall(Outcome.CAPTCHA, element="challenge-form"),
    Wall(Outcome.CAPTCHA, element="challenge-error-text"),
    Wall(Outcome.BLOCKED, title=r"Attention Required! \| Cloudflare"),
    Wall(Outcome.CAPTCHA, source=r"^https://\w+\.captcha-delivery\.com/"),  # DataDome
    Wall(Outcome.CAPTCHA, element="px-captcha"),  # PerimeterX
    Wall(Outcome.CAPTCHA, element="challenge-container", source=r"\.awswaf\.com/"),  # Amazon's for its customers
    Wall(Outcome.BLOCKED, element="main-iframe", source=r"^/_Incapsula_Resource"),  # Imperva
    Wall(Outcome.BLOCKED, title="Access Denied"),  # Akamai
)
OWN: dict[str, tuple[Wall, ...]] = {
    Platform.AMAZON: (
        Wall(Outcome.CAPTCHA, form=r"/errors/validateCaptcha"),
        Wall(Outcome.CAPTCHA, title="Robot Check|Bot Check|Amazon CAPTCHA"),
        Wall(Outcome.LOGIN_REQUIRED, element="authportal-main-section"),
        Wall(Outcome.LOGIN_REQUIRED, form=r"/ap/signin", element="ap_email"),
        Wall(Outcome.BLOCKED, link=r"/dogsofamazon", status=503),
    ),
    Platform.REDDIT: (
        Wall(Outcome.BLOCKED, title="Blocked"),
        Wall(Outcome.CAPTCHA, title="Reddit - (?:Prove your humanity|Please wait for verification)"),
    ),
    Platform.YOUTUBE: (Wall(Outcome.CAPTCHA, element="captcha-form"),),
    Platform.GOOGLE: (Wall(Outcome.CAPTCHA, element="captcha-form"),),
    Platform.YELP: (
        Wall(Outcome.CAPTCHA, form="/visit_captcha"),
        Wall(Outcome.LOGIN_REQUIRED, title="Log In - Yelp", element="ajax-login"),
    ),
    Platform.IMDB: (Wall(Outcome.LOGIN_REQUIRED, form="/ap/signin", element="ap_email"),),
}
HEADERS = {  # what guards say of themselves
    ("cf-mitigated", "challenge"): Outcome.CAPTCHA,
    ("x-amzn-waf-action", "challenge"): Outcome.CAPTCHA,
    ("x-amzn-waf-action", "captcha"): Outcome.CAPTCHA,
}


@dataclass
class Skeleton:
    """A page without its words."""

    title: str = ""
    ids: set[str] = field(default_factory=set)
    forms: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    asks_password: bool = False


class _Reader(HTMLParser):
    """What is text or a script's own is not looked into."""

    def __init__(self) -> None:
        super().__init__()
        self.skeleton = Skeleton()
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        found = self.skeleton
        self._in_title = tag == "title" and not found.title
        if said.get("id"):
            found.ids.add(said["id"])
        if tag == "form":
            found.forms.append(said.get("action", ""))
        elif tag == "a":
            found.links.append(said.get("href", ""))
        elif tag in SOURCES:
            found.sources.append(said.get("src", ""))
        elif tag == "input" and said.get("type") == "password":
            found.asks_password = True

    def handle_endtag(self, tag: str) -> None:
        self._in_title = self._in_title and tag != "title"

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.skeleton.title += data


def skeleton(response: Response) -> Skeleton:
    """What the beginning of a page is built of."""
    reader = _Reader()
    reader.feed(response.text[:READ])
    return reader.skeleton


def announced(response: Response) -> Outcome | None:
    """The wall that says so itself, in the head of the answer."""
    found = (o for (name, value), o in HEADERS.items() if response.headers.get(name, "").lower() == value)
    return next(found, None)


def standing(host: str, response: Response) -> Outcome | None:
    """The wall that stands where a page of the host was asked for; None where none is known."""
    built = skeleton(response)
    own = next((OWN.get(site.platform, ()) for site in SITES if site.is_host(host)), ())
    return next((wall.outcome for wall in (*own, *GUARDS) if wall.holds(built, response.status)), None)
