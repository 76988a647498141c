"""A page for each party: what concerns it, what it is asked to do, by when and why, in its own words.

`definition.builtin_views()` reads what goes into each page (`catalogs/organisation/views.yaml`), `compose.make_view`
writes one from a desk: the situation, the report and the assessments. `page.View` is the result.
"""
