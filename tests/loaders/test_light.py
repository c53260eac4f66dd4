"""``import casus`` loads nothing heavy."""

import subprocess
import sys

import pytest

import casus

HEAVY = ("pyarrow", "pandas", "polars", "duckdb", "jsonschema", "click", "rich", "yaml", "numpy", "pydantic")


def loaded_after(code):
    check = f"import sys\n{code}\nprint(','.join(m for m in {HEAVY!r} if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    return [name for name in done.stdout.strip().split(",") if name]


def test_import_casus_loads_none_of_them():
    assert loaded_after("import casus") == []


def test_schema_needs_no_arrow():
    assert set(loaded_after("import casus.schema")) <= {"pydantic", "yaml"}


def test_validating_yaml_of_a_dataset_needs_no_arrow(small_dataset):
    code = f"import casus; assert casus.validate({str(small_dataset)!r}).ok"
    assert set(loaded_after(code)) <= {"pydantic", "yaml"}


def test_bare_names_are_not_imported():
    assert not {"schema", "dataset", "loaders"} & set(sys.modules)


def test_everything_public_is_there():
    for name in casus.__all__:
        assert getattr(casus, name) is not None, name
    assert dir(casus) == sorted(casus.__all__)


def test_no_module_bears_the_name_of_a_public_function():
    import pkgutil

    modules = {module.name for module in pkgutil.iter_modules(casus.__path__)}
    assert not modules & set(casus.__all__)


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'lod'"):
        casus.lod  # noqa: B018
