"""Other names that an initiative's runs give a metric."""

from __future__ import annotations

from django.db import transaction

from kpis.models import MetricAlias
from kpis.services.affected import note_initiative
from kpis.services.fields import Fields
from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.models import Initiative


@transaction.atomic
def set_alias(principal: Principal, initiative: Initiative, *, alias: str, metric: str) -> MetricAlias:
    """Let `alias` stand for `metric` in this initiative's runs. Chains are refused. Raises ValidationError."""
    fields = Fields({"alias": alias, "metric": metric}, ("alias", "metric"))
    alias, metric = fields.text("alias", 300, required=True), fields.text("metric", 300, required=True)
    Initiative.objects.select_for_update(no_key=True).get(pk=initiative.pk)
    others = MetricAlias.objects.filter(initiative=initiative)
    if alias == metric:
        fields.fail("alias", "A metric needs no alias of its own name.")
    elif others.filter(alias=metric).exists():
        fields.fail("metric", f"{metric} is itself another name; name the metric it stands for.")
    elif others.filter(metric=alias).exists():
        fields.fail("alias", f"Other names stand for {alias} already; it cannot be one itself.")
    elif initiative.targets.filter(metric=alias, state__in=("active", "proposed")).exists():
        fields.fail("alias", f"There is a target on {alias}; withdraw it first.")
    fields.finish()
    present = others.filter(alias=alias).first()
    if present is not None and present.metric == metric:
        return present
    before = {"metric": present.metric} if present else {}
    kept, _ = MetricAlias.objects.update_or_create(initiative=initiative, alias=alias, defaults={"metric": metric})
    record_audit(principal, "set", "alias", initiative.key, before=before, after={"alias": alias, "metric": metric})
    note_initiative(initiative, "alias")
    return kept


@transaction.atomic
def remove_alias(principal: Principal, initiative: Initiative, alias: str) -> bool:
    """Forget another name; say whether there was one."""
    present = MetricAlias.objects.select_for_update().filter(initiative=initiative, alias=alias).first()
    if present is None:
        return False
    before = {"alias": present.alias, "metric": present.metric}
    present.delete()
    record_audit(principal, "remove", "alias", initiative.key, before=before)
    note_initiative(initiative, "alias")
    return True
