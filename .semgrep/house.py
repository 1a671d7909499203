"""For each rule an example that it finds and one that it lets pass. Nothing runs this file."""

# ruff: noqa

import pickle
from datetime import UTC, datetime

# ruleid: another-door-to-the-network
import requests

# ok: another-door-to-the-network
from mltrack.outbound import Client

# ruleid: another-door-to-the-network
from socket import create_connection

# ruleid: form-of-any-site
from django.views.decorators.csrf import csrf_exempt

# ok: form-of-any-site
from django.views.decorators.csrf import csrf_protect

# ruleid: text-called-safe
from django.utils.safestring import mark_safe
from django.utils.html import format_html


def queries(request, rows, asked, Run):
    # ruleid: keywords-into-a-query
    rows.filter(**asked)
    # ruleid: keywords-into-a-query
    rows.exclude(archived=True, **asked)
    # ok: keywords-into-a-query
    rows.filter(name=asked["name"])
    # ruleid: order-from-a-request
    rows.order_by(request.GET["sort"])
    # ruleid: order-from-a-request
    rows.order_by(request.GET.get("sort", "name"), "pk")
    # ok: order-from-a-request
    rows.order_by("name")
    # ruleid: rows-in-a-view
    Run.objects.filter(pk=1)
    # ok: rows-in-a-view
    runs_of(request.principal)


class Shape:
    # ruleid: every-field
    fields = "__all__"


class NarrowShape:
    # ok: every-field
    fields = ("name",)


def texts(name):
    # ruleid: text-called-safe
    mark_safe(f"<b>{name}</b>")
    # ok: text-called-safe
    format_html("<b>{}</b>", name)


def moments():
    # ruleid: time-without-a-zone
    datetime.now()
    # ruleid: time-without-a-zone
    datetime.utcnow()
    # ok: time-without-a-zone
    datetime.now(UTC)


def statements(cursor, table, name):
    # ruleid: statement-made-of-texts
    cursor.execute(f"SELECT * FROM {table}")
    # ruleid: statement-made-of-texts
    cursor.execute("SELECT * FROM run WHERE name = '%s'" % name)
    # ok: statement-made-of-texts
    cursor.execute("SELECT * FROM run WHERE name = %s", [name])


def words(body):
    # ruleid: words-of-a-stranger-run
    eval(body)
    # ruleid: words-of-a-stranger-run
    pickle.loads(body)
    # ok: words-of-a-stranger-run
    parsed(body)
