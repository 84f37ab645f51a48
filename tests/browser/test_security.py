"""Second factors as a person meets them: with the keyboard alone, and with a device that keeps passkeys."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from accounts.tests.factories import lasting_code_of
from tests.browser import steps
from tests.browser.accessibility import accessibility_violations
from tests.browser.conftest import OpenPage
from tests.browser.test_every_page import SIZES
from tests.standins.identity import IdentityProviders, Person

BUTTON, FIELD = "innerText.trim()", "labels?.[0]?.innerText ?? ''"  # where the words of what has the focus are
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def tab_to(page: Page, words: str, kind: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(f"document.activeElement.{kind}").startswith(words):
            return
    raise AssertionError(f"Nobody gets to “{words}” with the Tab key.")


def press(page: Page, words: str) -> None:
    tab_to(page, words, BUTTON)
    page.keyboard.press("Enter")


def write(page: Page, label: str, text: str) -> None:
    tab_to(page, label, FIELD)
    page.keyboard.type(text)


def plug_in(page: Page) -> None:
    """A device that keeps passkeys, until ``is_sound`` takes a look at the page."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})


def is_sound(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    assert accessibility_violations(page) == []


@pytest.fixture(params=[("light", "desk"), ("dark", "phone")], ids=" ".join)
def own_page(open_page: OpenPage, request: pytest.FixtureRequest) -> Page:
    """Of somebody who has just signed up. Passkeys are for names, so the site is called by one."""
    theme, size = request.param
    return open_page(422, color_scheme=theme, viewport=SIZES[size])


def test_an_app_is_set_up_and_asked_for_with_the_keyboard_alone(page: Page) -> None:
    email = steps.sign_up(page, "Ada " + "Lovelace" * 8)
    page.goto("/settings/security/")
    press(page, "Turn it on")
    page.wait_for_url("**/reauthenticate/**")
    write(page, "Password", steps.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/security/app/")
    is_sound(page)
    secret = page.get_by_label("Or type in this key").input_value()
    write(page, "Code from the app", lasting_code_of(secret))
    page.keyboard.press("Enter")
    page.wait_for_url("**/security/codes/")
    is_sound(page)
    expect(page.locator("#codes li")).to_have_count(10)
    page.goto("/accounts/logout/")
    press(page, "Sign out")
    page.wait_for_url(lambda url: urlsplit(url).path == "/")
    page.goto("/accounts/login/")
    write(page, "Email", email)
    write(page, "Password", steps.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/second-factor/")
    is_sound(page)
    write(page, "Code", "000000")
    page.keyboard.press("Enter")
    expect(page.locator(".field-error").first).to_contain_text("not the right code")
    is_sound(page)
    write(page, "Code", lasting_code_of(secret))
    page.keyboard.press("Enter")
    page.wait_for_url("**/dashboard/")


def test_a_passkey_signs_in_without_a_password(own_page: Page, site: str) -> None:
    page, home = own_page, site.replace("127.0.0.1", "localhost")
    plug_in(page)
    steps.sign_up(page, base=home)
    page.goto(f"{home}/settings/security/passkeys/add/")
    steps.confirm_password(page)
    page.get_by_label("Name").fill("Key of a device with a remarkably long name that never seems to end")
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/security/codes/")
    page.goto(f"{home}/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{home}/")
    page.goto(f"{home}/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/dashboard/")
    page.goto(f"{home}/settings/security/")
    expect(page.get_by_role("region", name="Your passkeys")).to_contain_text("Signs you in without a password")
    page.get_by_role("link", name=re.compile("^Rename")).click()
    page.get_by_role("link", name="Use a passkey").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_label("Name").fill("Blue key")
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("region", name="Your passkeys")).to_contain_text("Blue key")
    for path in ("", "passkeys/add/", "codes/new/", "app/"):  # looking closely unplugs the device
        page.goto(f"{home}/settings/security/{path}")
        is_sound(page)
    page.goto(f"{home}/settings/security/")
    page.get_by_role("link", name=re.compile("^Remove")).click()
    is_sound(page)
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("The passkey is removed")).to_be_visible()


def test_a_passkey_that_is_not_there_is_told_about(open_page: OpenPage, site: str) -> None:
    page = open_page()
    page.goto(f"{site.replace('127.0.0.1', 'localhost')}/accounts/login/")
    plug_in(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("Try again")
    is_sound(page)


def test_a_token_is_copied(own_page: Page) -> None:
    steps.sign_up(own_page)
    steps.make_token(own_page, "A name " + "without an end " * 6)
    is_sound(own_page)
    own_page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    own_page.get_by_role("button", name="Copy").click()
    expect(own_page.get_by_text("Copied", exact=True)).to_be_visible()
    assert own_page.evaluate("navigator.clipboard.readText()").startswith("smx_")


def test_a_theme_follows_its_person_to_another_browser(open_page: OpenPage) -> None:
    first = open_page()
    steps.sign_up(first)
    first.get_by_role("button", name="Theme").click()
    with first.expect_response("**/settings/theme/"):
        first.get_by_role("button", name="Dark").click()
    session = first.context.storage_state()
    second = open_page(storage_state={"cookies": session["cookies"], "origins": []})
    second.goto("/settings/profile/")
    expect(second.locator("html")).to_have_attribute("data-theme", "dark")
    second.get_by_label("Colours").select_option("light")
    second.get_by_role("button", name="Save").click()
    expect(second.locator("html")).to_have_attribute("data-theme", "light")


@pytest.mark.parametrize("name", ["Google", "GitHub"])
def test_a_provider_signs_in_and_is_connected(
    open_page: OpenPage, running_identity_providers: IdentityProviders, name: str
) -> None:
    running_identity_providers.reset()
    running_identity_providers.consent = "page"
    running_identity_providers.person = Person(uid=str(len(name)), email=f"grace@{name.lower()}.example.com")
    page = open_page(404)  # the provider has no icon
    page.goto("/accounts/login/")
    page.get_by_role("button", name=f"Continue with {name}").click()
    page.get_by_role("link", name="Allow").click()
    page.wait_for_url("**/dashboard/")
    page.goto("/settings/connections/")
    expect(page.get_by_role("listitem").filter(has_text=name)).to_contain_text("since")
    is_sound(page)
    other = open_page(403, 404)
    running_identity_providers.person.uid = "99"
    other.goto("/accounts/login/")
    other.get_by_role("button", name=f"Continue with {name}").click()
    other.get_by_role("link", name="Allow").click()
    expect(other.get_by_role("heading", name="There is an account already")).to_be_visible()
    is_sound(other)
