import pytest
from bson import ObjectId
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from accounts.ownership import owned_or_404, signed_in
from accounts.tests.factories import make_user
from projects.models import Project, Target
from projects.tests.factories import make_project, make_target

pytestmark = pytest.mark.django_db


def test_the_owner_gets_the_row():
    project = make_project()
    assert owned_or_404(Project, project.owner, project.pk) == project
    assert owned_or_404(Project, project.owner, str(project.pk)) == project


@pytest.mark.parametrize("key", ["", "xyz", "5f" * 11, "$ne", "5f" * 12])
def test_a_key_that_names_nothing_is_not_found(key):
    with pytest.raises(Http404):
        owned_or_404(Project, make_project().owner, key)


def test_a_stranger_and_an_administrator_find_nothing():
    project = make_project()
    for user in (make_user(), make_user(is_superuser=True, is_staff=True), AnonymousUser()):
        with pytest.raises(Http404):
            owned_or_404(Project, user, project.pk)


def test_further_conditions_hold_as_well():
    target = make_target()
    assert owned_or_404(Target, target.owner, target.pk, project_id=target.project_id) == target
    with pytest.raises(Http404):
        owned_or_404(Target, target.owner, target.pk, project_id=ObjectId())


def test_one_owns_ones_own():
    project = make_project()
    make_project()
    assert list(Project.objects.owned_by(project.owner)) == [project]
    assert not Project.objects.owned_by(AnonymousUser()).exists()


def test_nobody_is_not_signed_in():
    request = HttpRequest()
    request.user = AnonymousUser()
    with pytest.raises(PermissionDenied):
        signed_in(request)
