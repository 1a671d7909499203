"""Formulas of derived KPIs: the only writer of their versions. Reckoning is done after, by a worker."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ValidationError
from django.db.models import F, Max
from django.utils import timezone

from kpis.models import KPI, FormulaDue, FormulaPart, KpiFormula, KpiSource, Reading
from kpis.scoring.calendar.units import morning, moved, start_of
from kpis.scoring.formulas.grammar import FormulaError, read_formula
from kpis.scoring.formulas.order import way_back
from kpis.scoring.formulas.tree import FactPart, KpiPart, Node, Part, parts_of
from kpis.scoring.formulas.units import UnitFound, unit_found
from kpis.selectors.formula_parts import Derived, Named, derive, named_in
from kpis.selectors.period_table import rules_of
from kpis.selectors.periods import unit_of
from kpis.services.affected import note_readings
from kpis.services.formula_due import note_formulas
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Workspace

PREVIEWED: Final = 12


@dataclass(frozen=True, slots=True)
class FormulaPreview:
    """What a formula gives for the last twelve periods, what it names, and its unit by those of its parts."""

    derived: Derived
    named: Named
    unit: UnitFound


def preview_formula(kpi: KPI, text: str) -> FormulaPreview:
    """Return what a formula would give; nothing is kept. Raises ValidationError by `formula`, with the place."""
    tree, named = _read(kpi, text)
    now = timezone.now()
    unit = unit_of(kpi)
    first = moved(start_of(now, unit, kpi.zone, rules_of(kpi.workspace)), unit, 1 - PREVIEWED)
    derived = derive(kpi, tree, named, now, morning(first, kpi.zone))
    return FormulaPreview(derived, named, unit_found(tree, {each: named.unit_of(each) for each in parts_of(tree)}))


def write_formula(principal: Principal, kpi: KPI, text: str) -> bool:
    """Give a KPI, which the caller holds and saves, a formula, another one, or none with an empty text.

    Return whether that changed it. One formula of a workspace is written at a time, so that no two close a circle.
    Raises ValidationError by `formula`: with the place of what is wrong, and where the KPI has readings of its own.
    """
    text = text.strip()
    if text == kpi.formula_text:
        return False
    if not text:
        FormulaDue.objects.filter(kpi=kpi).delete()
        kpi.formula = None
        return True
    Workspace.objects.select_for_update(no_key=True).get(pk=kpi.workspace_id)
    # Whoever records readings meanwhile holds a share of this row, and then looks whether there is a formula.
    KPI.objects.select_for_update().get(pk=kpi.pk)
    tree, named = _read(kpi, text)
    _refuse_own_readings(kpi)
    last = kpi.formulas.aggregate(last=Max("number"))["last"] or 0
    kpi.formula = KpiFormula.objects.create(kpi=kpi, number=last + 1, text=text, author=principal.user)
    FormulaPart.objects.bulk_create(_part(kpi.formula, each, named) for each in parts_of(tree))
    note_formulas([kpi.pk], None)
    return True


def note_edited(kpi: KPI, changed: Collection[str]) -> None:
    """Note what must be reckoned after the settings of a KPI changed: itself, and what is made of it."""
    if kpi.formula_id is not None and {"period", "zone"} & set(changed):
        note_formulas([kpi.pk], None)
    if "aggregation" in changed:
        note_readings(kpi, None)


def _read(kpi: KPI, text: str) -> tuple[Node, Named]:
    try:
        tree = read_formula(text)
        named = named_in(kpi, tree)
        _refuse_circle(kpi, tree)
    except FormulaError as error:
        raise ValidationError({"formula": str(error)}) from error
    return tree, named


def _refuse_circle(kpi: KPI, tree: Node) -> None:
    names = {each.key: each.place for each in parts_of(tree) if isinstance(each, KpiPart)}
    way = way_back(kpi.key, {**_made_of(kpi.workspace_id), kpi.key: list(names)}) if names else ()
    if way:
        raise FormulaError(f"A KPI cannot be made of itself: {' → '.join(way)}.", names[way[1]])


def _made_of(workspace_id: int) -> Mapping[str, list[str]]:
    """Return the keys of the KPIs that each derived KPI of a workspace names, in one query."""
    rows = FormulaPart.objects.filter(
        kpi__isnull=False, formula__kpi__workspace=workspace_id, formula=F("formula__kpi__formula")
    )
    found: dict[str, list[str]] = {}
    for key, part in rows.values_list("formula__kpi__key", "kpi__key"):
        found.setdefault(key, []).append(part)
    return found


def _refuse_own_readings(kpi: KPI) -> None:
    if KpiSource.objects.filter(kpi=kpi).exists():
        raise ValidationError({"formula": "This KPI has sources: remove them first, or make another KPI."})
    if Reading.objects.filter(kpi=kpi, formula=None).exists():
        raise ValidationError({"formula": "This KPI has readings of its own: make another KPI for the formula."})


def _part(formula: KpiFormula, part: Part, named: Named) -> FormulaPart:
    if isinstance(part, FactPart):
        return FormulaPart(formula=formula, initiative=named.initiatives[part.initiative], fact=part.fact)
    return FormulaPart(formula=formula, kpi=named.kpis[part.key])
