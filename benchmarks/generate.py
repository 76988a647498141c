"""Generate pipelines of any size: products of three sorts side by side, each in zones of its own, on shared ground.

    python benchmarks/generate.py 1000 --seed 7 > pipeline.json

The same size and seed give the same file. A product has about 24 components with about two flows each; every eight
products share a platform (identities, registries, build, account). Half of the attributes that a kind may have are set.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from typing import Any

from atlasmodel.model.kinds import Attribute, Vocabulary
from atlasmodel.model.read_kinds import builtin_vocabulary

SHARED_BY = 8
PLATFORM = {
    "login": "identity_provider", "vault": "secrets_manager", "account": "cloud_account", "repo": "source_repo",
    "ci": "ci_cd", "packages": "package_registry", "images": "container_registry", "registry": "model_registry",
    "tracker": "experiment_tracker", "cluster": "compute_cluster", "team": "ml_engineer", "watch": "monitoring",
}  # fmt: skip
PLATFORM_FLOWS = """
    team-authenticates_with-login repo-builds-ci ci-depends_on-packages ci-builds-images images-deploys-cluster
    ci-authenticates_with-vault ci-authenticates_with-account account-configures-cluster team-data_flow-repo
    watch-monitors-cluster watch-informs-team
"""
SCORING = {
    "feed": "data_source", "ingest": "data_ingestion", "check": "data_validation", "lake": "data_store",
    "features": "feature_store", "labels": "labeling", "dataset": "dataset", "trainer": "training_job",
    "flow": "orchestrator", "eval": "evaluation", "model": "predictive_model", "server": "model_server",
    "api": "inference_api", "app": "application", "gateway": "api_gateway", "user": "end_user",
    "feedback": "feedback_loop", "decision": "decision_process", "reviewer": "human_reviewer", "owner": "organisation",
    "logs": "log_store", "watch": "monitoring", "supplier": "vendor", "subject": "affected_person",
}  # fmt: skip
SCORING_FLOWS = """
    supplier-supplies-feed feed-data_flow-ingest ingest-data_flow-lake check-protects-lake lake-derives_from-features
    lake-derives_from-dataset features-derives_from-dataset labels-labels-dataset dataset-trains_on-trainer
    flow-invokes-trainer trainer-registers-@registry @registry-deploys-model trainer-runs_on-@cluster
    @ci-builds-trainer @repo-builds-flow eval-reviews-@registry dataset-data_flow-eval features-data_flow-model
    server-serves-model api-serves-server gateway-protects-api gateway-invokes-api app-invokes-gateway user-invokes-app
    app-authenticates_with-@login app-data_flow-logs app-feeds_back-feedback feedback-derives_from-dataset
    model-decides-decision decision-informs-subject reviewer-reviews-decision reviewer-overrides-decision
    watch-monitors-model watch-informs-owner owner-owns-decision owner-owns-model server-runs_on-@cluster
    @images-deploys-server trainer-authenticates_with-@vault logs-data_flow-watch decision-informs-user
    user-feeds_back-feedback reviewer-labels-dataset features-retrieves_from-api ingest-depends_on-@packages
    trainer-registers-@tracker
"""
ASSISTANT = {
    "customer": "end_user", "chat": "user_interface", "mail": "messaging_channel", "agent": "agent",
    "prompt": "system_prompt", "guard": "guardrail", "talks": "conversation_store", "traces": "log_store",
    "llm": "llm", "hosted": "third_party_ai_service", "maker": "vendor", "tickets": "knowledge_source",
    "web": "external_content", "ingest": "document_ingestion", "embedder": "embedding_model", "vectors": "vector_store",
    "search": "retriever", "memory": "memory", "orders-tool": "mcp_server", "pay-tool": "tool", "orders": "data_store",
    "payments": "service", "refund": "decision_process", "staff": "human_reviewer",
}  # fmt: skip
ASSISTANT_FLOWS = """
    customer-invokes-chat chat-invokes-agent guard-protects-agent prompt-configures-agent agent-invokes-llm
    llm-runs_on-hosted maker-supplies-hosted maker-supplies-llm agent-remembers-talks agent-renders-chat
    agent-data_flow-traces customer-data_flow-mail mail-data_flow-tickets talks-data_flow-tickets
    tickets-data_flow-ingest web-data_flow-ingest ingest-invokes-embedder ingest-indexes-vectors
    vectors-retrieves_from-search search-retrieves_from-agent agent-remembers-memory agent-invokes-orders-tool
    orders-retrieves_from-orders-tool orders-tool-data_flow-agent agent-invokes-pay-tool pay-tool-invokes-payments
    pay-tool-decides-refund agent-decides-refund agent-informs-staff staff-overrides-agent refund-informs-customer
    chat-authenticates_with-@login pay-tool-authenticates_with-@vault embedder-runs_on-@cluster
    @registry-deploys-embedder @ci-deploys-ingest @images-deploys-search orders-tool-runs_on-@cluster
    staff-reviews-refund @watch-monitors-agent mail-data_flow-customer chat-renders-customer
    orders-tool-depends_on-@packages payments-invokes-orders
"""
INSPECTION = {
    "camera": "sensor", "box": "host", "detector": "edge_model", "eject": "decision_process", "arm": "device",
    "operator": "human_reviewer", "line-watch": "monitoring", "driver": "affected_person", "gate": "network_gateway",
    "rejects": "feedback_loop", "pictures": "data_store", "labeller": "vendor", "labels": "labeling",
    "check": "data_validation", "defects": "dataset", "hub": "third_party_model_hub", "backbone": "model_artifact",
    "tuning": "fine_tuning", "accept": "evaluation", "rollout": "ci_cd", "notebook": "notebook",
    "library": "ml_library", "weights": "model_artifact", "store": "artifact_store",
}  # fmt: skip
INSPECTION_FLOWS = """
    camera-data_flow-detector detector-runs_on-box detector-decides-eject eject-invokes-arm eject-informs-driver
    operator-reviews-eject operator-overrides-arm line-watch-monitors-detector line-watch-informs-operator
    camera-data_flow-pictures gate-protects-box gate-invokes-box pictures-data_flow-labels labeller-supplies-labels
    labels-labels-defects pictures-derives_from-defects check-protects-defects operator-feeds_back-rejects
    rejects-data_flow-defects hub-supplies-backbone backbone-derives_from-tuning defects-trains_on-tuning
    tuning-runs_on-@cluster tuning-produces-weights weights-registers-@registry @registry-deploys-detector
    accept-reviews-weights defects-data_flow-accept rollout-configures-detector rollout-depends_on-@registry
    notebook-registers-@tracker notebook-depends_on-library library-builds-weights store-stores-weights
    @team-authenticates_with-notebook notebook-authenticates_with-@login pictures-data_flow-notebook
    @packages-supplies-library @repo-builds-rollout gate-authenticates_with-@login tuning-depends_on-library
    notebook-data_flow-@repo
"""
PRODUCTS = (("scoring", SCORING, SCORING_FLOWS), ("assistant", ASSISTANT, ASSISTANT_FLOWS),
            ("inspection", INSPECTION, INSPECTION_FLOWS))  # fmt: skip
OUTSIDE = ("end_user", "affected_person", "third_party_model_hub", "external_content")
EDGE = ("application", "user_interface", "inference_api", "api_gateway", "messaging_channel", "network_gateway")


def generate(count: int, seed: int = 7) -> dict[str, Any]:
    """Return a pipeline of `count` components as plain data in the shape of a pipeline file."""
    return _Generator(count, seed, builtin_vocabulary()).document()


class _Generator:
    """Add products until the wanted number of components is there."""

    def __init__(self, count: int, seed: int, vocabulary: Vocabulary) -> None:
        self.count, self.seed, self.vocabulary = count, seed, vocabulary
        self.random = random.Random(seed)
        self.zones: dict[str, Any] = {"internet": {"trust": 0}}
        self.components: dict[str, Any] = {}
        self.flows: list[dict[str, Any]] = []
        self.assets: dict[str, Any] = {}

    def document(self) -> dict[str, Any]:
        number = 0
        while len(self.components) < self.count:
            ground = f"ground{number // SHARED_BY + 1}"
            if number % SHARED_BY == 0:
                self._place(ground, PLATFORM, trust=3)
                self._connect(ground, ground, PLATFORM_FLOWS)
            sort, parts, flows = PRODUCTS[number % len(PRODUCTS)]
            name = f"{sort}{number + 1}"
            self._place(name, parts, trust=2)
            self._connect(name, ground, flows)
            number += 1
        return {
            "atlasmodel": 1,
            "name": f"Generated pipeline of {len(self.components)} components, seed {self.seed}",
            "zones": self.zones,
            "components": self.components,
            "flows": [flow for flow in self.flows if {flow["from"], flow["to"]} <= self.components.keys()],
            "assets": self.assets,
            "adversaries": self._adversaries(),
        }

    def _place(self, name: str, parts: dict[str, str], trust: int) -> None:
        self.zones |= {name: {"trust": trust}, f"{name}-edge": {"trust": 1, "parent": name}}
        self.assets[f"{name}-asset"] = {
            "confidentiality": self.random.choice(["low", "medium", "high", "critical"]),
            "integrity": self.random.choice(["low", "medium", "high", "critical"]),
        }
        for part, kind in parts.items():
            if len(self.components) >= self.count:
                return
            zone = "internet" if kind in OUTSIDE else f"{name}-edge" if kind in EDGE else name
            component = {"kind": kind, "zone": zone} | self._attributes(self.vocabulary.attributes_of(kind))
            component["exposure"] = "public" if zone != name else self.random.choice(["internal", "internal", "none"])
            if self.random.random() < 0.15:
                component["holds"] = [f"{name}-asset"]
            self.components[f"{name}.{part}"] = component

    def _connect(self, name: str, ground: str, flows: str) -> None:
        kinds = "|".join(self.vocabulary.flow_kinds)
        for text in flows.split():
            kind = max((kind for kind in kinds.split("|") if f"-{kind}-" in text), key=len)
            source, _, target = text.partition(f"-{kind}-")
            ends = (f"{ground}.{end[1:]}" if end.startswith("@") else f"{name}.{end}" for end in (source, target))
            self.flows.append(
                dict(zip(("from", "to"), ends, strict=True))
                | {"kind": kind}
                | self._attributes(self.vocabulary.flow_attributes)
            )

    def _attributes(self, allowed: Any) -> dict[str, Any]:
        """Return values for about half of the attributes; one in ten of those is said to be unknown."""
        values: dict[str, Any] = {}
        for name, attribute in allowed.items():
            if attribute.type in ("text", "date", "number") or self.random.random() < 0.5:
                continue
            values[name] = None if self.random.random() < 0.1 else self._value(attribute)
        return values

    def _value(self, attribute: Attribute) -> Any:
        if attribute.type == "bool":
            return self.random.random() < 0.5
        words = sorted(attribute.values)
        if attribute.type == "set":
            return sorted(self.random.sample(words, k=min(len(words), self.random.randint(1, 2))))
        return self.random.choice(words)

    def _adversaries(self) -> dict[str, Any]:
        """Return somebody on the internet, a customer, and an insider in the first product."""
        first = next((name for name, part in self.components.items() if part["kind"] == "data_store"), None)
        inside = {"insider": {"profile": "insider", "at": first}} if first else {}
        return {"external": {"profile": "external"}, "customer": {"profile": "customer"}} | inside


def main() -> None:
    """Print a generated pipeline as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    json.dump(generate(options.count, options.seed), sys.stdout, indent=1)


if __name__ == "__main__":
    main()
