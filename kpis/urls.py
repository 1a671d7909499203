"""The pages that show a verdict, target or forecast, under `/w/<workspace>/`."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "kpis"
urlpatterns: list[URLPattern] = []
