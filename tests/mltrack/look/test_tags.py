"""The template tags: what they write, and that they escape whatever they are given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest
from django import forms
from django.template import Context, Engine
from django.test import RequestFactory, override_settings
from django.utils import translation
from django.utils.safestring import mark_safe

from mltrack.statuses import Status
from mltrack.templatetags import marks
from mltrack.templatetags.marks import initials
from mltrack.templatetags.values import as_count, as_number
from tests.mltrack.look.server import SETTINGS, TEMPLATE

TAINT = '"><script>alert(1)</script>&'


@pytest.fixture(autouse=True)
def _look() -> Iterator[None]:
    with override_settings(**SETTINGS):
        yield


def rendered(source: str, **context: Any) -> str:
    engine = Engine(dirs=TEMPLATE["DIRS"], builtins=TEMPLATE["OPTIONS"]["builtins"])
    return engine.from_string(source).render(Context(context)).replace("\u202f", " ")


@pytest.mark.parametrize(
    "source",
    [
        "{% icon x x %}",
        "{% status 'run' x %}",
        "{% status 'run' 'finished' x %}",
        "{% shape 'run' x %}",
        "{% kbd x %}",
        "{% avatar x %}",
        "{% interval 0.5 comparator=x goal=0.4 result=x unit=x %}",
        "{% measure 0.5 unit=x result=x %}",
        "{% sparkline values x unit=x %}",
        "{% meter 0.5 label=x tone=x %}",
        "{{ x|markdown }}",
        "{{ x|number }}{{ x|percent }}{{ x|duration }}",
        "{% include 'includes/_callout.html' with title=x text=x fix=x url=x action=x request_id=x %}",
        "{% include 'includes/_empty.html' with title=x why=x url=x action=x code=x code_label=x %}",
        "{% include 'includes/_stat.html' with label=x figure=x of=x delta=x against=x source=x n=x %}",
        "{% include 'includes/_inline_edit.html' with action=x name=x value=x label=x version=x error=x %}",
        "{% include 'includes/_merge.html' with action=x name=x mine=x theirs=x by=x label=x %}",
        "{% include 'includes/_filter_bar.html' with q=x %}",
        "{% include 'includes/_chart.html' with src=x caption=x %}",
        "{% number_rows rows %}",
    ],
)
def test_every_tag_and_component_escapes(source: str) -> None:
    assert "<script" not in rendered(source, x=TAINT, values=[1, 2], rows=[(TAINT, 1)])


def test_rows_of_numbers_are_what_a_loop_of_a_template_shows() -> None:
    loop = '{% for row in rows %}<tr>{% for each in row %}<td class="num">{{ each }}</td>{% endfor %}</tr>{% endfor %}'
    rows = [("June 2026", "8.2 %"), (date(2026, 6, 1), 1234.5), (None, mark_safe("<i>kept</i>")), (TAINT, 7), ()]
    assert rendered("{% number_rows rows %}", rows=rows) == rendered(loop, rows=rows)
    assert rendered("{% number_rows rows %}") == ""


def test_a_field_that_nobody_sees_is_what_its_widget_draws() -> None:
    class Hidden(forms.Form):
        was = forms.CharField(widget=forms.HiddenInput)

    for form in (Hidden(), Hidden(initial={"was": TAINT}), Hidden({"was": "3"}, auto_id="unit_%s")):
        assert rendered("{% hidden form.was %}", form=form) == str(form["was"])


@pytest.mark.parametrize("source", ["{% icon 's-check' x %}", "{% status 'run' 'finished' x %}"])
def test_what_was_shown_as_markup_once_is_no_markup_for_all(source: str) -> None:
    rendered(source, x=mark_safe("<i>kept</i>"))
    assert "<i>" not in rendered(source, x="<i>kept</i>")


def test_a_state_is_in_the_language_of_the_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    english = rendered("{% status 'run' 'finished' %}")
    monkeypatch.setattr(marks, "status_of", lambda kind, value: Status("s-check", "Beendet", "ok"))
    with translation.override("de"):
        assert "Beendet" in rendered("{% status 'run' 'finished' %}")
    assert rendered("{% status 'run' 'finished' %}") == english


def test_a_state_is_shape_word_and_tone() -> None:
    html = rendered("{% status 'verdict' 'not_ready' %}")
    assert "icons.svg#s-square" in html
    assert ">Not ready<" in html.replace("</svg>Not", "</svg>><Not").replace("><Not", ">Not")
    assert 'class="status chipped tone-bad"' in html
    assert "chipped" not in rendered("{% status 'verdict' 'not_ready' plain=True %}")


def test_an_icon_is_hidden_unless_it_has_a_label() -> None:
    assert 'aria-hidden="true"' in rendered("{% icon 'check' %}")
    assert 'role="img" aria-label="Done"' in rendered("{% icon 'check' 'Done' %}")


def test_a_measure_shows_value_target_interval_and_n() -> None:
    html = rendered("{% measure 0.912 0.886 0.933 0.90 n=474 result='insufficient' %}")
    assert "91.2 %" in html
    assert "/ 90<" in html
    assert "n 474" in html
    assert "observed 91.2 %, interval 88.6 % to 93.3 %, n 474, target ≥ 90.0 %" in html
    assert "tone-warn" in html


def test_a_measure_without_n_says_so_and_without_value_is_a_dash() -> None:
    assert "n unknown" in rendered("{% measure 0.9 %}")
    assert "–" in rendered("{% measure nothing %}")


@pytest.mark.parametrize("source", ["{% interval 0.9 0.8 0.95 0.85 n=10 %}", "{% sparkline values 'KPI' %}"])
def test_drawings_are_well_formed_and_say_themselves_in_words(source: str) -> None:
    svg = ElementTree.fromstring(rendered(source, values=[1, None, 2]))
    assert svg.attrib["role"] == "img"
    assert len(svg.attrib["aria-label"]) > 10
    assert "style" not in {name for element in svg.iter() for name in element.attrib}


def test_one_open_end_reaches_to_the_border() -> None:
    html = rendered("{% interval 0.9 0.8 %}")
    band = re.search(r'iv-band" x="([\d.]+)" y="5" width="([\d.]+)"', html)
    assert band is not None
    assert float(band[1]) + float(band[2]) == pytest.approx(132)
    assert html.count("iv-end") == 1


def test_the_words_of_a_goal_between_two_values() -> None:
    html = rendered("{% interval 5 goal=4 goal_high=6 comparator='between' unit='days' %}")
    assert "target 4 days to 6 days" in html


@pytest.mark.parametrize(
    "value,total,words,width",
    [
        (0.5, None, "50.0 %", "32.0"),
        (30, 120, "30 of 120", "16.0"),
        (2, None, "200.0 %", "64.0"),
        (-1, 4, "−1 of 4", "0.0"),
    ],
)
def test_a_meter_shows_its_share_and_its_numbers(value: float, total: float | None, words: str, width: str) -> None:
    html = rendered("{% meter value total %}", value=value, total=total)
    assert f"<span>{words}</span>" in html
    assert f'class="meter-fill" width="{width}"' in html


@pytest.mark.parametrize("value,total", [(None, None), (3, 0), (float("nan"), None), ("", "")])
def test_a_meter_of_nothing_is_a_dash(value: Any, total: Any) -> None:
    assert rendered("{% meter value total %}", value=value, total=total) == '<span class="faint">–</span>'


def test_relative_time_is_exact_for_machines_and_on_hover() -> None:
    now = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    html = rendered("{% relative_time moment now %}", moment=now - timedelta(hours=3), now=now)
    assert (
        html == '<time datetime="2026-03-02T09:00:00+00:00" title="2026-03-02 09:00 UTC" data-relative>3 h ago</time>'
    )
    assert rendered("{% relative_time nothing %}", nothing=None) == "–"


def test_query_merges_removes_and_starts_paging_anew() -> None:
    request = RequestFactory().get("/", {"q": "a b", "cursor": "x", "sort": "name"})
    assert rendered("{% query sort='-name' %}", request=request) == "?q=a+b&amp;sort=-name"
    assert rendered("{% query q='' sort=none %}", request=request, none=None) == "?"
    assert rendered("{% query cursor='y' %}", request=request) == "?q=a+b&amp;cursor=y&amp;sort=name"
    assert rendered("{% query q='a' %}") == ""


@pytest.mark.parametrize(
    "name,letters",
    [("Ada Lovelace", "AL"), ("demo@example.org", "D"), ("jean-luc.de.la@x.org", "JL"), ("", "?"), ("@", "?")],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_numbers_of_templates() -> None:
    assert [as_number(value) for value in (None, "", "abc", "1.5", 2, object())] == [None, None, None, 1.5, 2.0, None]
    assert [as_count(value) for value in ("7", 7.5, None, float("inf"))] == [7, None, None, None]


class Sample(forms.Form):
    name = forms.CharField(help_text="A line.")
    note = forms.CharField(required=False)
    agreed = forms.BooleanField(required=False)


def test_a_field_ties_label_help_and_error_to_its_control() -> None:
    html = rendered("{% field form.name %}", form=Sample({"name": ""}))
    assert '<label for="id_name">Name</label>' in html
    assert 'aria-describedby="id_name_error id_name_help"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_name_error"' in html and "This field is required." in html
    assert 'id="id_name_help">A line.<' in html


def test_a_field_that_may_stay_empty_says_so() -> None:
    html = rendered("{% field form.note label='Remark' autocomplete='off' %}", form=Sample())
    assert "Remark" in html and "(optional)" in html
    assert 'autocomplete="off"' in html
    assert "aria-invalid" not in html


def test_a_checkbox_stands_in_its_label() -> None:
    html = rendered("{% field form.agreed %}", form=Sample())
    assert re.search(r'<label class="check-label" for="id_agreed"><input type="checkbox"[^>]*> Agreed</label>', html)


def test_places_appear_when_their_page_exists() -> None:
    request = RequestFactory().get("/w/sample/kpis/")
    source = "{% places as all %}{% for p in all %}{{ p.label }}{% if p.current %}*{% endif %} {% endfor %}"
    workspace = SimpleNamespace(key="sample")
    assert rendered(source, request=request, workspace=workspace) == "Portfolio KPIs* Connections "
    assert rendered(source, request=request, workspace=None) == ""
    assert rendered("{% address 'kpis:search' workspace %}", workspace=workspace) == "/w/sample/search/"
    assert rendered("{% address 'nowhere' workspace %}", workspace=workspace) == ""


def test_person_is_whoever_is_signed_in() -> None:
    user = SimpleNamespace(is_authenticated=True)
    nobody = SimpleNamespace(is_authenticated=False)
    source = "{% person as p %}{% if p %}in{% else %}out{% endif %}"
    assert rendered(source, principal=SimpleNamespace(user=user)) == "in"
    assert rendered(source, request=SimpleNamespace(user=user, META={}, GET={}), principal=None) == "in"
    assert rendered(source, request=SimpleNamespace(user=nobody), principal=None) == "out"
    assert rendered(source) == "out"


def test_a_measured_check_is_the_measure_of_its_figures() -> None:
    goal = {"value": 0.9, "high": None, "comparator": ">="}
    check = {"observed": 0.912, "low": 0.886, "high": 0.933, "n": 474, "result": "insufficient", "goal": goal}
    plain = rendered("{% measure 0.912 0.886 0.933 0.90 n=474 result='insufficient' %}")
    assert rendered("{% measured check %}", check=check) == plain
    assert rendered("{% measured check %}", check=None) == rendered("{% measure nothing %}")
    between = {**check, "goal": {"value": 0.9, "high": 0.95, "comparator": "between"}}
    assert "target 90.0 % to 95.0 %" in rendered("{% measured check %}", check=between)


def test_a_due_date_is_said_as_it_was_meant() -> None:
    assert rendered("{% due_words day 'quarter' %}", day=date(2027, 3, 31)) == "by Q1 2027"
    assert rendered("{% due_words day %}", day=None) == "no target date"
