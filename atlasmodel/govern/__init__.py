"""The organisation around the pipeline: checks as data, results with evidence, scores and trends.

What others build on:

- `survey.govern(organisation, pipelines, workspace, as_of)` returns a `result.Governance`: the whole report. Its
  `results` are `result.Result` (check, statements, result, says, because, value, rows); `scores` are R1 to R6,
  `scorecard` the pillars by phases, `raises` what would help most; `report["DECISION-DRIFT"]` looks one up.
- `situation.Situation`: what checks read, with the questions they share (`places`, `owner`, `speaks_of`, `level`,
  `value`). `situation.Technical(id, pipeline, assessed)` is a pipeline with what an assessment found in it;
  `survey.situation_of` makes a situation. `governance.read_governance`, above this layer, does all of it from files.
- `read_checks.builtin_checks()`: the checks of `catalogs/organisation/checks`. `engine.evaluate(check, situation)` runs
  one, `engine.readings_of` gives one `reading.Reading` a subject, for views that need more than the verdict.
- `measures.MEASURES`: the functions that follow the graph, by the name under which a check calls them. A new one is a
  function `(Situation, options) -> Iterator[Reading]` and a line there.
- `measures.parties.PARTIES`: the eight parties with the functions that speak for each.
- `listing.listing(checks)` and `listing.statements(checks)`: every check, and every statement with its checks.
- `selftest.run_test(check, test, workspace, assess)`: one of the tests that a check carries.
- `trend.trend(reports)`: the scores over several days, and what changed between them.
"""
