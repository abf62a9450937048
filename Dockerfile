# ShopOps for real servers: see docker-compose.yml.

FROM node:22.20.0-bookworm-slim AS assets
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY shopops/assets shopops/assets
RUN node shopops/assets/build.mjs

FROM python:3.13.9-slim-bookworm AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
COPY requirements.txt ./
RUN /opt/venv/bin/pip install --require-hashes --only-binary :all: -r requirements.txt

FROM python:3.13.9-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=shopops.settings \
    SHOPOPS_DATA=/data
# The picture of a report is written in Chinese; without a font there is none.
RUN apt-get update \
    && apt-get install -y --no-install-recommends fonts-wqy-microhei \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /data --no-create-home shopops \
    && install -d -o shopops -g shopops /data
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY . .
COPY --from=assets /app/shopops/static/vendor shopops/static/vendor
RUN for po in shopops/locale/*/LC_MESSAGES/*.po; do \
      if [ -e "$po" ]; then pybabel --quiet compile -i "$po" -o "${po%.po}.mo"; fi; \
    done \
    && python -m compileall -q .
USER shopops
VOLUME /data
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--no-ws", "--host", "0.0.0.0", "--port", "8000", \
     "--workers", "2", "--blocking-threads", "1", "shopops.wsgi:application"]
