"""Build a pipeline in Python, assess it, and print what to look at first.

Run it with `python examples/build_in_python.py`. It reads no file and needs no network.
"""

import atlasmodel as am


def build() -> am.Pipeline:
    """Return a small scoring pipeline: card events, a training set, a registry, an interface that anyone reaches."""
    b = am.PipelineBuilder("fraud-scoring", version="2026.11")
    internet, platform = b.zone("internet", trust=0), b.zone("platform", trust=2)
    serving = b.zone("serving", trust=2, parent=platform)

    raw = b.add("card-events", kind="data_source", zone=internet, exposure="partner", origin="third_party")
    data = b.add("training-set", kind="dataset", zone=platform, exposure="internal", verified=False, writable_by="team")
    train = b.add("trainer", kind="training_job", zone=platform, exposure="none")
    reg = b.add("registry", kind="model_registry", zone=platform, exposure="internal", verified=False)
    model = b.add("fraud-model", kind="predictive_model", zone=serving, exposure="internal", task=["classification"])
    api = b.add("scoring-api", kind="inference_api", zone=serving, exposure="public", query_limit=None)  # None: unknown
    decline = b.add("decline", kind="decision_process", zone=serving, exposure="none", decision_mode_actual="automated",
                    decision_impact="high", moves_money=True, affects_individuals=True)  # fmt: skip
    holder = b.add("cardholder", kind="end_user", zone=internet, exposure="public")

    b.flow(raw, data, kind="derives_from", untrusted=True)
    b.flow(data, train, kind="trains_on")
    b.flow(train, reg, kind="registers")
    b.flow(reg, model, kind="deploys")
    b.flow(api, model, kind="serves")
    b.flow(holder, api, kind="invokes", untrusted=True)
    b.flow(model, decline, kind="decides", automatic=True)
    return b.build()


def main() -> None:
    """Print the first findings, the questions that matter most, and the totals."""
    a = am.assess(build())

    print("First findings, by risk")
    for f in a.findings[:5]:
        print(f"  {f.risk:6.1f}  {f.technique.id:<14} {f.component.id:<14} {f.technique_name}")

    print("Questions whose answers would move the result most")
    for q in a.questions[:5]:
        print(f"  {q.value:6.1f}  {q.component}: {q.attribute}?")

    print(f"Total risk {a.totals.risk:.1f}")
    for severity, count in a.totals.by_severity.items():
        print(f"  {severity:<10} {count}")


if __name__ == "__main__":
    main()
