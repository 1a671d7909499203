"""The fact pages, under `/w/<workspace>/`."""

from __future__ import annotations

from django.urls import URLPattern, path

from mltrack.file_answer import files
from projects.views import connections, data_sources, words

app_name = "projects"
urlpatterns: list[URLPattern] = [
    path("connections/", connections.connection_list, name="connection_list"),
    path("connections/new/", connections.connection_create, name="connection_create"),
    path("connections/<slug:public_id>/", connections.connection, name="connection"),
    path("connections/<slug:public_id>/status/", connections.connection_status, name="connection_status"),
    path("connections/<slug:public_id>/edit/", connections.connection_edit, name="connection_edit"),
    path("connections/<slug:public_id>/words/", words.connection_words, name="connection_words"),
    path("connections/<slug:public_id>/sync/", connections.connection_sync, name="connection_sync"),
    path("connections/<slug:public_id>/pause/", connections.connection_pause, name="connection_pause"),
    path("connections/<slug:public_id>/delete/", connections.connection_delete, name="connection_delete"),
    path("data-sources/", data_sources.source_register, name="source_register"),
    *files("data-sources/sources", data_sources.sources_file, "sources"),
    *files("data-sources/planned-stops", data_sources.stops_file, "stops"),
    path("data-sources/<slug:source_key>/", data_sources.source, name="source"),
    path("planned-stops/", data_sources.stop_create, name="stop_create"),
    path("planned-stops/<slug:stop_id>/withdraw/", data_sources.stop_withdraw, name="stop_withdraw"),
]
