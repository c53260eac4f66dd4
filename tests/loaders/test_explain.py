"""``casus explain``: every rule, with what is said of its example."""

import re

import pytest

from casus.explaining import all_rules, explanation
from casus.schema.rules import RULES, Scope


@pytest.mark.parametrize("code", RULES)
def test_every_rule_is_explained_without_places_for_values(code):
    page, rule = str(explanation(code)), RULES[code]
    flat = " ".join(page.split())
    assert flat.startswith(f"{code} {rule.title}")
    for text in (rule.reason, "says", "fix", f"docs/rules.md#{code.lower()}", "An example that raises it:"):
        assert text in flat
    for name in re.findall(r"\{([^{}]+)\}", rule.message + rule.fix):
        assert f"{{{name}}}" not in page
        assert f"<{name}>" not in page


@pytest.mark.parametrize("code", [code for code, rule in RULES.items() if rule.scope is Scope.RELEASE])
def test_what_is_said_of_a_damaged_release_is_the_message_of_the_rule(code):
    message = re.sub(r"\\\{[a-z_]+\\\}", ".+", re.escape(RULES[code].message))
    assert re.fullmatch(message, RULES[code].counterexample.says)


def test_the_example_is_what_validate_would_say():
    page = " ".join(str(explanation("CAS104")).split())
    assert "type: talk says 'talk' is not in the vocabulary event-types (did you mean 'talks'?)." in page


@pytest.mark.parametrize("code", ["CAS201", "cas201", "201", " Cas201 "])
def test_codes_may_be_short(code):
    assert str(explanation(code)).startswith("CAS201  An end is not before its start")


def test_all_rules_are_listed(casus_command):
    done = casus_command("explain")
    assert done.returncode == 0
    assert done.stdout.split("\n")[:-1] == str(all_rules().text(100)).split("\n")
    assert all(code in done.stdout for code in RULES)


def test_an_unknown_code_names_the_nearest(casus_command):
    done = casus_command("explain", "CAS210x")
    assert (done.returncode, done.stdout) == (2, "")
    assert "CAS210 (Every number and claim has a claimant" in done.stderr
    assert "`casus explain` lists all codes" in done.stderr
