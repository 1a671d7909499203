"""The one library that the modules beside it add their tags to."""

from django import template

register = template.Library()
