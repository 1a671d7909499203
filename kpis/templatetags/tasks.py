"""Tasks in cells, drawn by plain Python: a list has hundreds, and a template takes ten times as long."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from kpis.forms.tasks import FIELDS, task_text, task_words
from mltrack.formats import NOTHING
from mltrack.navigation import address
from mltrack.templatetags.marks import avatar, icon, status
from projects.models import Task, TaskStatus
from projects.services.texts import is_web_address

register = template.Library()
NONE = format_html('<span class="faint">{}</span>', NOTHING)
EMPTY = format_html("{}", "")
BESIDE = ("title", "run", "dataset")
SELECTED = format_html("{}", " selected")


def _home(context: Context, task: Task) -> str:
    return f"{address('kpis:portfolio', context['workspace'].key)}initiatives/{task.initiative.key}/"


@register.simple_tag(takes_context=True)
def task_url(context: Context, task: Task) -> str:
    """The address of a task's page."""
    return f"{_home(context, task)}tasks/{task.key}/"


@register.simple_tag(takes_context=True)
def task_cell(context: Context, task: Task, name: str) -> SafeString:
    """A field as it is read; where it may be edited, a link that puts its form there."""
    value = _value(context, task, name)
    if not context.get("may_edit", context.get("may_write")) or task.is_mirrored or task.deleted_at:
        return value
    where = f"{task_url(context, task)}edit/{name}/"
    words = gettext("Edit %(name)s") % {"name": FIELDS[name].label}
    inside = (value, EMPTY) if name not in BESIDE else (icon("pencil"), format_html("{} ", value))
    if name == "blocked_by":
        inside = (format_html("{}{}", icon("pencil"), gettext("Choose tasks")), EMPTY)
    return format_html(
        '{}<a class="cell-edit" href="{}" hx-get="{}" hx-target="closest [data-cell]" hx-swap="innerHTML" data-view'
        ' title="{}">{}<span class="visually-hidden"> {}</span></a>',
        inside[1],
        where,
        where,
        gettext("Edit (e)"),
        inside[0],
        f"{words}: {task.key}",
    )


@register.simple_tag(takes_context=True)
def task_status(context: Context, task: Task) -> SafeString:
    """The status as a choice that shows at once and is kept by the browser until the server has it; else as words."""
    if not context.get("may_write") or task.is_mirrored or task.deleted_at:
        return status("task", task.status, plain=True)
    options = format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((value, SELECTED if value == task.status else EMPTY, word) for value, word in TaskStatus.choices),
    )
    return format_html(
        '<form class="status-form" method="post" action="{}board/place/" data-kept data-task="{}" data-version="{}">'
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}"><input type="hidden" name="task" value="{}">'
        '<select name="status" aria-label="{}">{}</select><noscript><button class="btn quiet">{}</button></noscript>'
        "</form>",
        address("kpis:portfolio", context["workspace"].key),
        task.key,
        task.version,
        context["csrf_token"],
        task.key,
        gettext("Status of %(key)s") % {"key": task.key},
        options,
        gettext("Set"),
    )


def _value(context: Context, task: Task, name: str) -> SafeString:
    if name == "title":
        return format_html('<a class="title" href="{}">{}</a>', task_url(context, task), task.title)
    if name == "status":
        return status("task", task.status, plain=True)
    if name == "priority" and task.priority:
        return status("priority", str(task.priority), plain=True)
    if name == "assignee":
        return format_html("{} {}", avatar(task.assignee), task.assignee) if task.assignee else NONE
    if name == "due_on":
        return due(task, context.get("today"))
    if name in ("run", "dataset") and getattr(task, name) is not None:
        place = {"run": "runs", "dataset": "data"}[name]
        where = f"{_home(context, task)}{place}/{task_text(task, name)}/"
        return format_html('<a class="inline" href="{}">{}</a>', where, task_words(task, name))
    words = task_words(task, name)
    empty = not task.priority if name == "priority" else not task_text(task, name)
    return NONE if empty else format_html("{}", words)


def due(task: Task, today: Any) -> SafeString:
    """Until when; what is over is marked."""
    if task.due_on is None:
        return NONE
    late = isinstance(today, date) and task.due_on < today and task.is_open
    mark = icon("s-hourglass", label=gettext("Overdue"), css="shape") if late else EMPTY
    css = "due tone-bad" if late else "due"
    return format_html('<span class="{}">{}<time datetime="{}">{}</time></span>', css, mark, *[task.due_on] * 2)


@register.simple_tag
def task_flags(task: Task) -> SafeString:
    """What is special about a task: that it waits for another, and the tracker that it comes from."""
    marks = []
    if task.is_open and getattr(task, "is_blocked", False):
        marks.append(
            format_html('<span class="status tone-warn">{}{}</span>', icon("s-pause", css="shape"), gettext("Waits"))
        )
    if task.connection is not None:
        marks.append(tracker_of(task))
    return format_html_join(" ", "{}", ((each,) for each in marks))


@register.simple_tag
def tracker_of(task: Task) -> SafeString:
    """Where a mirrored task comes from, with its address there."""
    words = gettext("from %(tracker)s, read-only here") % {"tracker": task.connection}
    if not is_web_address(task.url):
        return format_html('<span class="small muted">{}</span>', words)
    return format_html('<a class="small inline tracker" href="{}" rel="noopener noreferrer">{}</a>', task.url, words)
