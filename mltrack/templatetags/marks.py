"""Small marks: icons, states, keys, people. They are kept by their texts and types: markup is no text."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from mltrack.statuses import Status, status_of
from mltrack.templatetags.registry import register

SPRITE = "vendor/icons.svg"


def sprite() -> str:
    """Return the address of the sprite; it is looked up once for each place where static files may lie."""
    return _sprite(settings.STATIC_URL, str(settings.STATIC_ROOT), settings.STORAGES["staticfiles"]["BACKEND"])


@lru_cache(maxsize=16)
def _sprite(url: str, root: str, backend: str) -> str:
    return static(SPRITE)


@register.simple_tag
def icon(name: str, label: str = "", css: str = "icon") -> SafeString:
    """An icon of the sprite; hidden from screen readers unless it has a label."""
    return _icon(f"{sprite()}#{name}", str(label), css)


@lru_cache(maxsize=4096, typed=True)
def _icon(address: str, label: str, css: str) -> SafeString:
    if label:
        return format_html('<svg class="{}" role="img" aria-label="{}"><use href="{}"/></svg>', css, label, address)
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', css, address)


@register.simple_tag
def status(kind: str, value: object, word: str = "", plain: bool = False) -> SafeString:
    """A state as shape, word and colour; `word` replaces the usual word, `plain` leaves out the chip's ground."""
    return _status(sprite(), get_language(), kind, str(value or ""), str(word), plain)


@lru_cache(maxsize=4096, typed=True)
def _status(address: str, language: str | None, kind: str, value: str, word: str, plain: bool) -> SafeString:
    """Return the state drawn with its word in `language`, which is the present one: a page has many, of few kinds."""
    shown = status_of(kind, value)
    ground = "" if plain else "chipped "
    mark = _icon(f"{address}#{shown.shape}", "", "shape")
    return format_html('<span class="status {}tone-{}">{}{}</span>', ground, shown.tone, mark, word or shown.word)


@register.simple_tag
def shape(kind: str, value: object) -> SafeString:
    """The shape of a state alone, labelled with its word."""
    shown = status_of(kind, str(value or ""))
    return icon(shown.shape, label=str(shown.word), css=f"shape tone-{shown.tone}")


@register.simple_tag
def status_info(kind: str, value: object) -> Status:
    """The shape, word and tone of a state, for templates that place them apart."""
    return status_of(kind, str(value or ""))


@register.simple_tag
def kbd(keys: str) -> SafeString:
    """Keys to press, one after the other, separated by blanks: "g p"."""
    caps = [format_html("<kbd>{}</kbd>", key) for key in keys.split()]
    return SafeString(" ".join(caps))


@lru_cache(maxsize=1024)
def initials(name: str) -> str:
    """Return at most two letters of a name or an e-mail address; a question mark for nobody."""
    words = name.split("@")[0].replace(".", " ").replace("_", " ").replace("-", " ").split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


@register.simple_tag
def avatar(name: object) -> SafeString:
    """A person as initials; the full name stands beside it or in its title."""
    text = str(name or "")
    return format_html('<span class="avatar" aria-hidden="true" title="{}">{}</span>', text, initials(text))
