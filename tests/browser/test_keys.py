"""Keys, by keyboard alone."""

from playwright.sync_api import Page, expect

from tests.browser import steps


def test_a_key_is_entered_tested_and_deleted_by_keyboard(page: Page) -> None:
    steps.sign_up(page)
    page.goto("/settings/keys/")
    page.get_by_role("link", name="Add Ollama").press("Enter")
    page.wait_for_url("**/settings/keys/ollama/")
    page.get_by_label("Name").press("Enter")
    page.wait_for_url("**/settings/keys/#key-ollama")
    row = page.locator("#key-ollama")
    expect(row.get_by_text("Not tested")).to_be_visible()
    page.get_by_role("button", name="Test the key for Ollama").press("Enter")
    expect(row.get_by_text("Not reached")).to_be_visible()  # nobody has opened this machine's own network
    expect(row).to_contain_text("OUTBOUND_ALLOW")
    expect(page.get_by_role("button", name="Test the key for Ollama")).to_be_focused()
    page.get_by_role("link", name="Delete the key for Ollama").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Delete").press("Enter")
    expect(page.get_by_text("The key for Ollama is deleted.")).to_be_visible()
    expect(page.get_by_role("link", name="Add Ollama")).to_be_visible()
