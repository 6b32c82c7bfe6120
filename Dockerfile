# InstaInstru for the compose recipe (docs/recipes/docker-compose.md). URLs and secrets come from the environment.
FROM python:3.12-slim

WORKDIR /srv/app
COPY requirements.lock ./
RUN python -m pip install --quiet --no-cache-dir --require-hashes --no-deps -r requirements.lock
COPY . .
RUN python -m pip install --quiet --no-cache-dir --no-deps --no-build-isolation --editable . \
    && useradd --create-home app && mkdir logs && chown app logs
USER app
CMD ["./run_backend.py", "--host", "0.0.0.0"]
