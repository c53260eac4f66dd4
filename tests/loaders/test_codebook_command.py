"""``casus codebook`` and ``casus schema``: what a field means, and the schema of an entry."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from casus.commands.schema import KINDS
from casus.describing import codebook, fields
from casus.schema.corpus import MODELS
from casus.schema.vocabulary import names, vocabulary


@pytest.mark.parametrize("path", fields())
def test_every_field_is_explained(path):
    page = " ".join(str(codebook(path)).split())
    assert " ".join(fields()[path].description.split()) in page
    assert "value" in page


@pytest.mark.parametrize("name", names())
def test_every_vocabulary_is_explained(name):
    page = str(codebook(name))
    assert all(code in page for code in vocabulary(name).codes)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (["type"], "air-attack"),
        (["participants.roles"], "mediator"),
        (["participants[].roles"], "mediator"),
        (["participants[0].roles"], "mediator"),
        (["type", "talks"], "modes"),
        (["type talks"], "modes"),
        (["talks", "mediated"], "modes of talks"),
        (["event-types"], "air-attack"),
        (["drones-launched"], "measures"),
        (["actor.kind"], "government-body"),
        ([], "quantities"),
    ],
)
def test_fields_vocabularies_and_codes(casus_command, wanted, said):
    done = casus_command("codebook", *wanted)
    assert done.returncode == 0
    assert said in done.stdout


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (["participants.rols"], "participants.roles"),
        (["sumary"], "summary"),
        (["type", "talk"], "type talks"),
        (["talks", "mediatd"], "talks mediated"),
        (["drone-launched"], "drones-launched"),
        (["qqqq"], "`casus codebook` lists the fields"),
    ],
)
def test_what_is_unknown_names_the_nearest(casus_command, wanted, said):
    done = casus_command("codebook", *wanted)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_schema_prints_a_schema_of_every_kind(casus_command, kind):
    done = casus_command("schema", "--kind", kind)
    assert done.returncode == 0
    printed = json.loads(done.stdout)
    Draft202012Validator.check_schema(printed)
    path = casus_command("schema", "--kind", kind, "--path").stdout.strip()
    assert json.loads(Path(path).read_text("utf-8")) == printed


def test_schema_knows_every_kind(casus_command):
    assert set(KINDS) == set(MODELS)
    done = casus_command("schema", "--kind", "events")
    assert (done.returncode, done.stdout) == (2, "")
    assert "'event'" in done.stderr
