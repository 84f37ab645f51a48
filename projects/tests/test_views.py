from http import HTTPStatus

import pytest
from bson import ObjectId
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.tests.factories import browser_of, make_user
from projects import files
from projects.choices import ProjectStatus, TargetStatus
from projects.models import Project, Target
from projects.presets import SYSTEM
from projects.tests.factories import make_preset, make_project, make_target

pytestmark = pytest.mark.django_db

PORTAL, POST = "https://store.steampowered.com/app/620/Portal_2/", "https://www.reddit.com/comments/abc123/"
STEPS = ("project_create", "project_sources", "project_preset", "project_settings", "project_review")
NEW, SOURCES, PRESET, SETTINGS, REVIEW = (reverse(f"projects:{name}") for name in STEPS)
CHECK = reverse("projects:addresses_check")


def path_of(row: Project | Target, name: str) -> str:
    ids = [row.pk] if isinstance(row, Project) else [row.project_id, row.pk]
    return reverse(f"projects:{name}", args=ids)


def messages_of(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def errors_of(answer) -> dict[str, list[str]]:
    assert answer.status_code == 422
    return dict(answer.context["form"].errors)


def settings_of(project: Project) -> dict[str, str | list[str]]:
    """What the form of the settings sends when nothing is changed."""
    groups = {"product": project.product, **project.config}
    said = {f"{group}-{name}": value for group, values in groups.items() for name, value in values.items()}
    return {
        "name": project.name,
        "description": project.description,
        **{
            name: value if isinstance(value, list) else str(value)
            for name, value in said.items()
            if value is not None and value is not False
        },
    }


def test_a_new_project_goes_through_four_steps():
    user = make_user()
    browser = browser_of(user)
    assert browser.post(NEW, {"name": "Kettle", "product-category": "home"}).headers["Location"] == SOURCES
    assert browser.post(SOURCES, {"addresses": f"{PORTAL}\r\n\r\n{POST}\n"}).headers["Location"] == PRESET
    assert browser.post(PRESET, {"preset": "starter"}).headers["Location"] == REVIEW
    shown = browser.get(REVIEW).content.decode()
    for words in ("Kettle", "https://store.steampowered.com/app/620/", "Starter", "3 labels", "Create and run"):
        assert words in shown
    assert not Project.objects.exists()
    answer = browser.post(REVIEW, follow=True)
    project = Project.objects.get()
    assert answer.redirect_chain == [(project.get_absolute_url(), HTTPStatus.FOUND)]
    assert messages_of(answer) == ["“Kettle” is created."]
    assert (project.owner, project.preset, project.product["category"]) == (user, "starter", "home")
    assert project.config == SYSTEM["starter"].config
    assert {target.platform for target in project.targets.all()} == {"steam", "reddit"}
    assert "Kettle" not in browser.get(NEW).content.decode()


def test_the_settings_of_the_preset_can_be_adjusted_on_the_way():
    browser = browser_of(make_user())
    browser.post(NEW, {"name": "Kettle"})
    assert browser.post(PRESET, {"preset": "budget", "adjust": "1"}).headers["Location"] == SETTINGS
    assert 'value="25"' in browser.get(SETTINGS).content.decode()
    budget = Project(name="x", config=SYSTEM["budget"].config)
    browser.post(SETTINGS, {**settings_of(budget), "limits-max_reviews_per_target": "30"})
    assert "Your own, begun as “Budget”" in browser.get(REVIEW).content.decode()
    browser.post(REVIEW)
    project = Project.objects.get()
    assert (project.preset, project.config["limits"]["max_reviews_per_target"]) == ("custom", 30)
    assert project.config["limits"]["rate_limit_delay"] == 3.0


def test_a_file_is_kept_until_the_project_is_there():
    user = make_user()
    browser = browser_of(user)
    browser.post(NEW, {"name": "Kettle"})
    empty = browser.post(SOURCES, {"file": SimpleUploadedFile("none.csv", b"")})
    assert errors_of(empty) == {"file": ["The submitted file is empty."]}
    browser.post(SOURCES, {"file": SimpleUploadedFile("kettles.csv", b"text\nGood")})
    assert "kettles.csv" in browser.get(SOURCES).content.decode()
    answer = browser.post(REVIEW)
    project = Project.objects.get()
    imported, _, file_id = answer.headers["Location"].partition("?file=")
    assert imported == reverse("scraping:import_create", args=[project.pk])
    upload = files.find(user.pk, ObjectId(file_id))
    assert upload is not None
    assert upload.name == "kettles.csv"


def test_a_new_project_can_run_at_once():
    browser = browser_of(make_user())
    browser.post(NEW, {"name": "Kettle"})
    browser.post(SOURCES, {"addresses": PORTAL})
    answer = browser.post(REVIEW, {"run": "1"})
    project = Project.objects.get()
    assert answer.headers["Location"].startswith(f"{project.get_absolute_url()}jobs/")


def test_a_begun_project_is_taken_up_again_or_given_up():
    browser = browser_of(make_user())
    for step in (SOURCES, PRESET, SETTINGS, REVIEW):
        assert browser.get(step).headers["Location"] == NEW
    browser.post(NEW, {"name": "Kettle"})
    assert 'value="Kettle"' in browser.get(NEW).content.decode()
    browser.post(NEW, {"forget": "1"})
    assert "Kettle" not in browser.get(NEW).content.decode()


def test_bad_addresses_are_named_by_line_and_the_step_is_not_left():
    browser = browser_of(make_user())
    browser.post(NEW, {"name": "Kettle"})
    lines = f"{PORTAL}\n\nhttps://evilamazon.com/dp/B000000000\nhttp://169.254.169.254/"
    answer = browser.post(SOURCES, {"addresses": lines})
    assert [error.partition(":")[0] for error in errors_of(answer)["addresses"]] == ["Line 3", "Line 4"]
    assert b"https://evilamazon.com/dp/B000000000" in answer.content


def test_addresses_are_checked_as_they_are_typed():
    lines = f"{PORTAL}\n\nhttps://evilamazon.com/<b>"
    shown = browser_of(make_user()).post(CHECK, {"addresses": lines}).content.decode()
    for words in ("1 recognised, 1 not", "<b>Steam</b> game", "620", "Line 3: evilamazon.com is none of the sites"):
        assert words in shown
    assert browser_of(make_user()).post(CHECK).content.strip() == b""


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 101),
        ("description", "x" * 501),
        ("analysis-sentiment_classes", "4"),
        ("limits-rate_limit_delay", "0.05"),
        ("limits-max_reviews_per_target", "10001"),
        ("product-website", "javascript:alert(1)"),
        ("product-competitors", "x\n" * 3 + "y" * 101),
    ],
)
def test_a_bad_setting_is_said_beside_its_field(field, value):
    project = make_project(name="Old")
    said = {**settings_of(project), "name": "New", field: value}
    answer = browser_of(project.owner).post(path_of(project, "project_edit"), said)
    assert answer.status_code == 422
    assert [name for form in answer.context["forms"] for name in form.errors] == [field]
    assert "<h2>Old</h2>" in answer.content.decode()
    project.refresh_from_db()
    assert project.name == "Old"


def test_settings_are_saved():
    project = make_project(preset="starter")
    browser = browser_of(project.owner)
    same = settings_of(project)
    browser.post(
        path_of(project, "project_edit"), {**same, "name": "Toaster", "product-competitors": "Urn\n\nPot\nUrn"}
    )
    project.refresh_from_db()
    assert (project.name, project.preset, project.product["competitors"]) == ("Toaster", "starter", ["Urn", "Pot"])
    change = {
        "analysis-sentiment_classes": "3",
        "scrapers-platforms": ["steam"],
        "scrapers-commercial_provider": "zyte",
    }
    del same["analysis-sentiment"]
    answer = browser.post(path_of(project, "project_edit"), {**same, **change}, follow=True)
    assert messages_of(answer)[-1] == "The settings are saved."
    assert "Wants Zyte and its key: collects directly until you enter one" in answer.content.decode()
    project.refresh_from_db()
    assert (project.analyse, project.sentiment_classes, project.preset) == (False, 3, "custom")
    assert project.config["scrapers"]["platforms"] == ["steam"]


def test_the_settings_of_a_preset_replace_those_of_a_project():
    project = make_project()
    browser = browser_of(project.owner)
    browser.post(path_of(project, "project_use_preset"), {"preset": "starter"})
    project.refresh_from_db()
    assert (project.preset, project.config) == ("starter", SYSTEM["starter"].config)
    foreign = make_preset()
    assert browser.post(path_of(project, "project_use_preset"), {"preset": str(foreign.pk)}).status_code == 404


def test_a_project_is_paused_and_resumed():
    project = make_project()
    browser = browser_of(project.owner)
    browser.post(path_of(project, "project_pause"))
    project.refresh_from_db()
    assert (project.status, project.can_run) == (ProjectStatus.PAUSED, False)
    assert "Resume the project" in browser.get(path_of(project, "project_edit")).content.decode()
    browser.post(path_of(project, "project_restore"))
    project.refresh_from_db()
    assert project.can_run


def test_a_project_is_archived_after_a_question_and_restored_without():
    project = make_project()
    browser = browser_of(project.owner)
    assert "Archive “" in browser.get(path_of(project, "project_archive")).content.decode()
    project.refresh_from_db()
    assert not project.is_archived
    browser.post(path_of(project, "project_archive"))
    project.refresh_from_db()
    assert (project.is_archived, project.archived_at is None) == (True, False)
    browser.post(path_of(project, "project_restore"))
    project.refresh_from_db()
    assert (project.status, project.archived_at) == (ProjectStatus.ACTIVE, None)


def test_a_project_goes_when_its_name_is_typed():
    project = make_project(name="Kettle & Co")
    make_target(project)
    browser, path = browser_of(project.owner), path_of(project, "project_delete")
    assert errors_of(browser.post(path, {"name": "Kettle"})) == {"name": ["This is not the name of the project."]}
    assert Project.objects.exists()
    answer = browser.post(path, {"name": " Kettle & Co "}, follow=True)
    assert messages_of(answer) == ["“Kettle & Co” is deleted."]
    assert not Project.objects.exists()
    assert browser.get(path).status_code == HTTPStatus.NOT_FOUND


def test_a_projects_name_is_text_and_never_html():
    project = make_project(name="<b>Kettle</b>")
    for name in ("project_delete", "project_edit", "target_list"):
        words = browser_of(project.owner).get(path_of(project, name)).content.decode()
        assert "<b>Kettle</b>" not in words
        assert "&lt;b&gt;Kettle&lt;/b&gt;" in words


@pytest.mark.parametrize(
    "name", ["project_restore", "project_pause", "project_use_preset", "target_pause", "target_resume"]
)
def test_a_look_changes_nothing(name):
    target = make_target()
    row = target if name.startswith("target") else target.project
    assert browser_of(target.owner).get(path_of(row, name)).status_code == HTTPStatus.METHOD_NOT_ALLOWED


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([PORTAL], "1 target added."),
        ([PORTAL, POST], "2 targets added."),
        ([PORTAL, PORTAL], "1 target added."),
        ([PORTAL, "https://store.steampowered.com/app/1/"], "1 target added. 1 was already there."),
        (["https://store.steampowered.com/app/1/"], "0 targets added. 1 was already there."),
    ],
)
def test_targets_are_added_once(lines, words):
    project = make_target(external_id="1").project
    answer = browser_of(project.owner).post(
        path_of(project, "target_create"), {"addresses": "\n".join(lines)}, follow=True
    )
    assert messages_of(answer) == [words]
    assert project.targets.count() == len({"https://store.steampowered.com/app/1/", *lines})


def test_too_many_addresses_are_refused():
    project = make_project()
    lines = "\n".join(f"https://store.steampowered.com/app/{number}/" for number in range(1, 502))
    answer = browser_of(project.owner).post(path_of(project, "target_create"), {"addresses": lines})
    assert errors_of(answer) == {"addresses": ["At most 500 addresses at a time."]}


def test_a_target_is_renamed_paused_and_resumed():
    target = make_target()
    browser = browser_of(target.owner)
    browser.post(path_of(target, "target_edit"), {"label": "Portal 2", "language": "de"})
    browser.post(path_of(target, "target_pause"))
    target.refresh_from_db()
    assert (target.label, target.options, target.status) == ("Portal 2", {"language": "de"}, TargetStatus.PAUSED)
    refused = browser.post(path_of(target, "target_edit"), {"label": "Portal 2", "language": "klingon"})
    assert list(errors_of(refused)) == ["language"]
    browser.post(path_of(target, "target_edit"), {"label": "Portal 2", "language": ""})
    target.refresh_from_db()
    assert target.options == {}
    browser.post(path_of(target, "target_pause"))
    assert not Target.objects.collectable().exists()
    browser.post(path_of(target, "target_resume"))
    target.refresh_from_db()
    assert target.status == TargetStatus.ACTIVE


def test_a_target_goes_after_a_question():
    target, other = make_target(), make_target()
    browser = browser_of(target.owner)
    browser.get(path_of(target, "target_delete"))
    assert Target.objects.count() == 2
    browser.post(path_of(target, "target_delete"))
    assert list(Target.objects.all()) == [other]


def test_the_admin_finds_and_deletes_projects():
    project, other = make_project(name="Kettle"), make_project(name="Toaster")
    make_target(project)
    browser = browser_of(make_user(is_staff=True, is_superuser=True))
    changelist = reverse("admin:projects_project_changelist")
    assert "Toaster" not in browser.get(changelist, {"q": "kettle"}).content.decode()
    question = {"action": "delete_selected", "_selected_action": [str(project.pk)]}
    assert "Kettle and all that belongs to it" in browser.post(changelist, question).content.decode()
    browser.post(changelist, {**question, "post": "yes"})
    assert list(Project.objects.all()) == [other]
    assert not Target.objects.exists()


def test_the_admin_opens_every_kind_of_row():
    target = make_target()
    browser = browser_of(make_user(is_staff=True, is_superuser=True))
    for row, name in ((target, "target"), (target.project, "project"), (make_preset(), "preset")):
        page = reverse(f"admin:projects_{name}_change", args=[row.pk])
        assert browser.get(page).status_code == HTTPStatus.OK
