"""The tables of judgement."""

from kpis.models.alerts import AlertEpisode, AlertMute, AlertWatch, KpiAlert
from kpis.models.attestations import Attestation
from kpis.models.bridges import Bridge, StopRule
from kpis.models.calendar_links import CalendarLink
from kpis.models.causes import CauseEpisode, CauseFinding, FindingMute
from kpis.models.dashboards import Dashboard, Panel
from kpis.models.forecasts import CheckEstimate, Forecast
from kpis.models.formulas import FormulaDue, FormulaPart, KpiFormula
from kpis.models.gates import GateDecision
from kpis.models.hooks import EventType, Hook, HookDelivery, HookDeliveryState, HookEvent, HookState
from kpis.models.kpi_notes import KpiNote
from kpis.models.kpi_sources import KpiSource, ReadingCorrection, SourceKind
from kpis.models.kpis import KPI, Contribution, Goal, Reading
from kpis.models.labeling import LabelQuota, LabelStanding
from kpis.models.mails import DigestMail, MailChoice, MailState, UpdateReminder
from kpis.models.monitoring import MonitorWatch
from kpis.models.notices import AlertMail, Notice
from kpis.models.realised import ContributionResult, ExperimentResult
from kpis.models.scorecards import Scorecard
from kpis.models.shares import SharedView, ShareLink, ShareOpening
from kpis.models.snapshots import ReadinessSnapshot
from kpis.models.subscriptions import Channel, DeliveryState, Subscription, SubscriptionDelivery
from kpis.models.targets import MetricAlias, PlainBaseline, Target
from kpis.models.value import InitiativeCost, ValueDecision
from kpis.models.waivers import Waiver

__all__ = [
    "KPI",
    "AlertEpisode",
    "AlertMail",
    "AlertMute",
    "AlertWatch",
    "Attestation",
    "Bridge",
    "CalendarLink",
    "CauseEpisode",
    "CauseFinding",
    "Channel",
    "CheckEstimate",
    "Contribution",
    "ContributionResult",
    "Dashboard",
    "DeliveryState",
    "DigestMail",
    "EventType",
    "ExperimentResult",
    "FindingMute",
    "Forecast",
    "FormulaDue",
    "FormulaPart",
    "GateDecision",
    "Goal",
    "Hook",
    "HookDelivery",
    "HookDeliveryState",
    "HookEvent",
    "HookState",
    "InitiativeCost",
    "KpiAlert",
    "KpiFormula",
    "KpiNote",
    "KpiSource",
    "LabelQuota",
    "LabelStanding",
    "MailChoice",
    "MailState",
    "MetricAlias",
    "MonitorWatch",
    "Notice",
    "Panel",
    "PlainBaseline",
    "ReadinessSnapshot",
    "Reading",
    "ReadingCorrection",
    "Scorecard",
    "ShareLink",
    "ShareOpening",
    "SharedView",
    "SourceKind",
    "StopRule",
    "Subscription",
    "SubscriptionDelivery",
    "Target",
    "UpdateReminder",
    "ValueDecision",
    "Waiver",
]
