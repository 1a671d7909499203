"""A field of an initiative as it is read, and as it is edited where it stands; drawn by plain Python.

A page shows nine, and a template takes ten times as long. What people wrote passes `escape` or is cleaned Markdown.
"""

from __future__ import annotations

from django import template
from django.template import Context
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from kpis.forms.initiatives import FieldForm
from mltrack.formats import NOTHING
from mltrack.navigation import address
from mltrack.templatetags.marks import avatar, icon, status
from mltrack.templatetags.words import markdown_filter

register = template.Library()
LONG = ("prose", "links")


@register.simple_tag
def field_text(form: FieldForm) -> SafeString:
    """A field as it is read: people, states, links and Markdown as such; what to write there where it is empty."""
    return SafeString(_prose(form) if form.spec.kind in LONG else _line(form))


@register.simple_tag(takes_context=True)
def editable(context: Context, form: FieldForm) -> SafeString:
    """A field with its form: the script shows one or the other, without it both are there."""
    action = (
        f"{address('kpis:portfolio', context['workspace'].key)}initiatives/{form.initiative.key}/edit/{form.spec.name}/"
    )
    long = form.spec.kind in LONG
    return SafeString(
        f'<form class="inline-edit{" long" if long else ""}" method="post" action="{action}" data-inline-edit'
        f' hx-post="{action}" hx-swap="outerHTML" hx-status:422="swap:outerHTML" hx-status:412="swap:outerHTML">\n'
        f'<input type="hidden" name="csrfmiddlewaretoken" value="{escape(context["csrf_token"])}">'
        f"{form['version']}{form['was']}\n{_long_view(form) if long else _short_view(form)}\n"
        f'<span class="{"stack tight" if long else "row nowrap"}" data-edit>{_control(form)}'
        f'<button class="btn">{escape(gettext("Save"))}</button></span>\n{_errors(form)}</form>\n'
    )


def _line(form: FieldForm) -> str:
    initiative, name = form.initiative, form.spec.name
    if name == "owner" and initiative.owner:
        return f"{avatar(initiative.owner)} {escape(initiative.owner)}"
    if name == "criticality":
        return status("criticality", initiative.criticality, plain=True)
    return escape(form.text or NOTHING)


def _prose(form: FieldForm) -> str:
    links = form.initiative.links if form.spec.kind == "links" else []
    if links:
        return f'<ul class="stack tight small">{"".join(map(_link, links))}</ul>'
    if form.spec.kind == "links":
        return f'<p class="small faint">{escape(gettext("None yet."))}</p>'
    if form.text:
        return f'<div class="prose">{markdown_filter(form.text)}</div>'
    return f'<p class="small faint">{escape(form.spec.hint)}</p>'


def _link(link: dict[str, str]) -> str:
    url, title = escape(link["url"]), escape(link["title"])
    return f'<li><a class="inline" href="{url}" rel="noopener noreferrer">{title}</a></li>'


def _long_view(form: FieldForm) -> str:
    name = escape(gettext("Edit %(name)s") % {"name": form.spec.label})
    return (
        f'{_prose(form)}\n<button class="btn quiet" type="button" data-view hidden'
        f' title="{escape(gettext("Edit (e)"))}" aria-label="{name}">{icon("pencil")}{escape(gettext("Edit"))}</button>'
    )


def _short_view(form: FieldForm) -> str:
    return (
        f'<button class="view" type="button" data-view hidden title="{escape(gettext("Edit (e)"))}">'
        f'<span class="visually-hidden">{escape(form.spec.label)}: </span>{_line(form)}'
        f'<span class="visually-hidden"> {escape(gettext("Edit"))}</span></button>'
    )


def _control(form: FieldForm) -> str:
    bound = form["value"]
    return f'<label class="visually-hidden" for="{bound.id_for_label}">{escape(bound.label)}</label>{bound}'


def _errors(form: FieldForm) -> str:
    if not form.errors:
        return ""
    said = " ".join([*map(str, form["value"].errors), *map(str, form.non_field_errors())])
    return (
        f'<span class="error" id="{form["value"].id_for_label}_error" role="alert">'
        f"{icon('s-square', css='shape')}{escape(said)}</span>\n"
    )
