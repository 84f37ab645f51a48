from http import HTTPStatus

import pytest
from django.urls import reverse

from accounts.tests.factories import browser_of, make_user
from projects.choices import ProjectStatus, TargetStatus
from projects.models import Project, Target
from projects.tests.factories import make_project, make_target

pytestmark = pytest.mark.django_db

PORTAL, POST = "https://store.steampowered.com/app/620/Portal_2/", "https://www.reddit.com/comments/abc123/"
NEW = reverse("projects:project_create")
SETTINGS = {"name": "Kettle", "description": "", "analyse": "on", "sentiment_classes": "5"}


def path_of(row: Project | Target, name: str) -> str:
    ids = [row.pk] if isinstance(row, Project) else [row.project_id, row.pk]
    return reverse(f"projects:{name}", args=ids)


def messages_of(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def errors_of(answer) -> dict[str, list[str]]:
    assert answer.status_code == 422
    return dict(answer.context["form"].errors)


def test_a_project_is_made_with_the_addresses_it_starts_with():
    user = make_user()
    answer = browser_of(user).post(NEW, {**SETTINGS, "addresses": f"{PORTAL}\r\n\r\n{POST}\n"}, follow=True)
    project = Project.objects.get()
    assert answer.redirect_chain == [(project.get_absolute_url(), HTTPStatus.FOUND)]
    assert messages_of(answer) == ["“Kettle” is created."]
    assert (project.owner, project.analyse, project.sentiment_classes) == (user, True, 5)
    assert {target.platform for target in project.targets.all()} == {"steam", "reddit"}


def test_bad_addresses_are_named_by_line_and_nothing_is_made():
    lines = f"{PORTAL}\n\nhttps://evilamazon.com/dp/B000000000\nhttp://169.254.169.254/"
    answer = browser_of(make_user()).post(NEW, {**SETTINGS, "addresses": lines})
    assert [error.partition(":")[0] for error in errors_of(answer)["addresses"]] == ["Line 3", "Line 4"]
    assert b"https://evilamazon.com/dp/B000000000" in answer.content
    assert not Project.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"), [("name", ""), ("name", "x" * 101), ("description", "x" * 501), ("sentiment_classes", "4")]
)
def test_a_bad_setting_is_said_beside_its_field(field, value):
    project = make_project(name="Old")
    answer = browser_of(project.owner).post(path_of(project, "project_edit"), {**SETTINGS, field: value})
    assert list(errors_of(answer)) == [field]
    assert "<h2>Old</h2>" in answer.content.decode()
    project.refresh_from_db()
    assert project.name == "Old"


def test_settings_are_saved():
    project = make_project()
    change = {"name": "Toaster", "description": "Toasts", "sentiment_classes": "3"}
    answer = browser_of(project.owner).post(path_of(project, "project_edit"), change, follow=True)
    assert messages_of(answer) == ["The settings are saved."]
    project.refresh_from_db()
    assert (project.name, project.description, project.analyse, project.sentiment_classes) == (
        "Toaster",
        "Toasts",
        False,
        3,
    )


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
    assert not Target.objects.exists()


def test_a_projects_name_is_text_and_never_html():
    project = make_project(name="<b>Kettle</b>")
    for name in ("project_delete", "project_edit", "target_list"):
        words = browser_of(project.owner).get(path_of(project, name)).content.decode()
        assert "<b>Kettle</b>" not in words
        assert "&lt;b&gt;Kettle&lt;/b&gt;" in words


@pytest.mark.parametrize("name", ["project_restore", "target_pause", "target_resume"])
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
    browser.post(path_of(target, "target_edit"), {"label": "Portal 2"})
    browser.post(path_of(target, "target_pause"))
    target.refresh_from_db()
    assert (target.label, target.status) == ("Portal 2", TargetStatus.PAUSED)
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
    for row, name in ((target, "target"), (target.project, "project")):
        page = reverse(f"admin:projects_{name}_change", args=[row.pk])
        assert browser.get(page).status_code == HTTPStatus.OK
