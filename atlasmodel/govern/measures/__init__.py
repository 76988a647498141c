"""What checks compute: each measure follows the graph, the records or the threat data and gives readings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from atlasmodel.govern.measures import decisions, integration, money, parties, people, policies, projects, risk, supply
from atlasmodel.govern.reading import Reading
from atlasmodel.govern.situation import Situation

Measure = Callable[[Situation, Mapping[str, Any]], Iterator[Reading]]

MEASURES: Mapping[str, Measure] = {
    "decision_drift": decisions.drift,
    "reviewer_on_every_path": decisions.reviewer_on_every_path,
    "review_capacity": decisions.capacity,
    "override_power": decisions.override,
    "mode_timing": decisions.mode_timing,
    "late_security": projects.late_security,
    "early_roster": projects.early_roster,
    "production_diff": projects.production_diff,
    "environment_drift": projects.environment_drift,
    "failure_causes": projects.failure_causes,
    "case_by_case": projects.case_by_case,
    "integration_edges": integration.edges,
    "bridges": integration.bridges,
    "collaboration": integration.collaboration,
    "handover_owners": integration.handover_owners,
    "skills_fit": people.skills_fit,
    "role_briefs": people.role_briefs,
    "team_breadth": people.breadth,
    "training_recency": people.training_recency,
    "t_shaped": people.t_shaped,
    "lifecycle": people.lifecycle,
    "stages": people.stages,
    "risk_acceptance": risk.acceptance,
    "treated_paths": risk.treated,
    "impact_dimensions": risk.dimensions,
    "reputation": risk.reputation,
    "family_tests": risk.family,
    "governance_factor": risk.factor,
    "similar_cases": risk.similar_cases,
    "policy_age": policies.age,
    "technology_agnostic": policies.agnostic,
    "policy_backlog": policies.backlog,
    "policy_cycle_time": policies.cycle_time,
    "measure_balance": policies.balance,
    "twins": money.twins,
    "twin_coverage": money.twin_coverage,
    "twin_return": money.twin_return,
    "stage_report": money.stage_report,
    "third_party_contracts": supply.contracts,
    "vendor_concentration": supply.concentration,
    "data_duties": supply.duties,
    "party_matrix": parties.matrix,
}
