"""What the bell in the page header leads to."""

from bson import ObjectId
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.ownership import owned_or_404
from integrations.models import Notice

LINES = 50  # on one page
LATEST = 6  # in the menu


@login_required
@require_GET
def notice_list(request: HttpRequest) -> HttpResponse:
    """By id and not by page: notices come while somebody leafs through them."""
    mine = Notice.objects.owned_by(request.user).newest_first()
    if before := request.GET.get("before"):
        mine = mine.filter(pk__lt=_id(before))
    found = list(mine[: LINES + 1])
    context = {
        "notices": found[:LINES],
        "older": f"?before={found[LINES - 1].pk}" if len(found) > LINES else "",
        "newer": "?" if before else "",
    }
    return render(request, "integrations/notice_list.html", context)


def _id(text: str) -> ObjectId:
    if not ObjectId.is_valid(text):
        raise Http404
    return ObjectId(text)


@login_required
@require_GET
def notice_latest(request: HttpRequest) -> HttpResponse:
    """The content of the bell's menu."""
    found = Notice.objects.owned_by(request.user).newest_first()[:LATEST]
    return render(request, "integrations/_notice_menu.html", {"notices": found})


@login_required
@require_POST
def notice_open(request: HttpRequest, notice_id: ObjectId) -> HttpResponse:
    """Mark it read, and lead to the page it is about, unless its reader would rather stay."""
    notice = owned_or_404(Notice, request.user, notice_id)
    Notice.objects.filter(pk=notice.pk).mark_read()
    is_leaving = "stay" not in request.POST and notice.path
    return redirect(notice.path if is_leaving else "integrations:notice_list")


@login_required
@require_POST
def notices_read(request: HttpRequest) -> HttpResponse:
    Notice.objects.owned_by(request.user).mark_read()
    return redirect("integrations:notice_list")
