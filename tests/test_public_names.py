"""The public surface: complete, sorted, lazy and cheap."""

import subprocess
import sys

import atlasmodel


def test_all_is_sorted_and_every_name_loads() -> None:
    assert list(atlasmodel.__all__) == sorted(atlasmodel.__all__)
    assert set(atlasmodel.__all__) == set(atlasmodel._HOMES)
    for name in atlasmodel.__all__:
        assert getattr(atlasmodel, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    try:
        atlasmodel.nonsense  # noqa: B018
    except AttributeError as error:
        assert "nonsense" in str(error)
    else:
        raise AssertionError("nonsense was found")


def test_import_loads_no_heavy_library() -> None:
    program = (
        "import sys, atlasmodel; heavy = {'pandas', 'stix2', 'graphviz', 'jinja2', 'networkx', 'numpy'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
