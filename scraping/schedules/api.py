"""When projects run by themselves: one schedule a project, under the project's id."""

from bson import ObjectId
from django.db import IntegrityError
from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.ownership import signed_in
from scraping.api import refusals
from scraping.choices import Trigger
from scraping.models import Schedule
from scraping.schedules import due
from scraping.schedules.shapes import (
    ScheduleChangeSerializer,
    ScheduleSerializer,
    SlotSerializer,
    StartedJson,
    TimesSerializer,
    UpcomingJson,
    upcoming,
)
from sentimatrix_studio import rest
from sentimatrix_studio.shapes import PageJson


class ScheduleViewSet(rest.ViewSet):
    idempotent_actions = ("run_now",)
    bodiless_actions = ("toggle", "run_now")
    query_parameters = {"list": rest.PAGING, "history": rest.PAGING}

    @extend_schema(responses={200: PageJson[ScheduleSerializer]})
    def list(self, request: Request) -> Response:
        """List schedules.

        Those of all projects, the next to run first; those that are off at the end.
        """
        page = self.paginate_queryset(Schedule.objects.shown_to(request.user).in_order())
        return self.get_paginated_response(ScheduleSerializer(page, many=True).data)

    @extend_schema(request=ScheduleSerializer, responses={201: ScheduleSerializer, 409: None})
    def create(self, request: Request) -> Response:
        """Make a schedule.

        A project has one; a second: 409. Without a ``timezone`` it is in that of your account.
        """
        serializer = ScheduleSerializer(data=request.data, context={"user": signed_in(request)})
        serializer.is_valid(raise_exception=True)
        try:
            serializer.save()
        except IntegrityError as error:
            raise rest.Conflict("The project has a schedule already.") from error
        return Response(serializer.data, status=status.HTTP_201_CREATED)

    @extend_schema(request=TimesSerializer, responses={200: UpcomingJson})
    def preview(self, request: Request) -> Response:
        """Show when a schedule would run.

        Nothing is kept.
        """
        said = self.said(TimesSerializer, user=signed_in(request))
        return Response(upcoming(Schedule(**said), now()))

    @extend_schema(responses={200: ScheduleSerializer})
    def retrieve(self, request: Request, project_id: ObjectId) -> Response:
        """Show the schedule of a project."""
        return Response(ScheduleSerializer(self._schedule(project_id)).data)

    @extend_schema(request=ScheduleChangeSerializer(partial=True), responses={200: ScheduleSerializer})
    def update(self, request: Request, project_id: ObjectId) -> Response:
        """Change the schedule of a project.

        What is named in the body is changed, the rest stays. Switched on again, it forgets the failures before.
        """
        schedule, context = self._schedule(project_id), {"user": signed_in(request)}
        serializer = ScheduleChangeSerializer(schedule, data=request.data, partial=True, context=context)
        serializer.is_valid(raise_exception=True)
        return Response(ScheduleSerializer(serializer.save()).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, project_id: ObjectId) -> Response:
        """Delete the schedule of a project.

        Its history goes with it; its jobs stay.
        """
        self._schedule(project_id).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={200: ScheduleSerializer})
    def toggle(self, request: Request, project_id: ObjectId) -> Response:
        """Switch a schedule on or off."""
        schedule = self._schedule(project_id)
        schedule.switch(now())
        return Response(ScheduleSerializer(schedule).data)

    @extend_schema(request=None, responses={202: StartedJson, 400: None, 409: None})
    def run_now(self, request: Request, project_id: ObjectId) -> Response:
        """Run a schedule now.

        Besides its planned runs, which stay as they are. While a job of the project runs: 409.
        """
        with refusals():
            job = due.run_now(self._schedule(project_id), Trigger.API, now())
        return Response({"job_id": str(job.pk)}, status=status.HTTP_202_ACCEPTED)

    @extend_schema(responses={200: PageJson[SlotSerializer]})
    def history(self, request: Request, project_id: ObjectId) -> Response:
        """Read what became of planned runs.

        Newest first, of the last 90 days. Runs of an outage that were left out are one entry, under the last of them.
        """
        page = self.paginate_queryset(self._schedule(project_id).slots.order_by("-planned_at"))
        return self.get_paginated_response(SlotSerializer(page, many=True).data)

    def _schedule(self, project_id: ObjectId) -> Schedule:
        return Schedule.objects.of_project_or_404(self.request.user, project_id)
