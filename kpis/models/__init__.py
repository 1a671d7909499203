"""The tables of judgement."""

from kpis.models.attestations import Attestation
from kpis.models.bridges import Bridge, StopRule
from kpis.models.gates import GateDecision
from kpis.models.kpis import KPI, Contribution, Goal, Reading
from kpis.models.labeling import LabelQuota, LabelStanding
from kpis.models.scorecards import Scorecard
from kpis.models.snapshots import ReadinessSnapshot
from kpis.models.targets import MetricAlias, PlainBaseline, Target
from kpis.models.waivers import Waiver

__all__ = [
    "KPI",
    "Attestation",
    "Bridge",
    "Contribution",
    "GateDecision",
    "Goal",
    "LabelQuota",
    "LabelStanding",
    "MetricAlias",
    "PlainBaseline",
    "ReadinessSnapshot",
    "Reading",
    "Scorecard",
    "StopRule",
    "Target",
    "Waiver",
]
