"""``casus find``: ids by names, however these are spelt."""

import pytest


def first(done):
    return done.stdout.split("\n")[0].split()[1]


@pytest.mark.parametrize(
    ("text", "entry_id"),
    [
        (["Kyiv", "--kind", "city"], "ukr-kyiv"),
        (["Київ"], "ukr-kyiv"),
        (["Киев"], "ukr-kyiv"),
        (["kiyv", "--kind", "place"], "ukr-kyiv"),
        (["İstanbul"], "tur-istanbul"),
        (["istambul"], "tur-istanbul"),
        (["Türkiye"], "TUR"),
        (["Turkei", "--kind", "state"], "TUR"),
        (["Зеленський"], "volodymyr-zelenskyy"),
        (["Zelensky"], "volodymyr-zelenskyy"),
        (["zelenskiy", "vladimir"], "volodymyr-zelenskyy"),
        (["Lawrow"], "sergey-lavrov"),
        (["bbc.com", "--kind", "publisher"], "bbc"),
        (["ukrainska", "pravda"], "ukrainska-pravda"),
    ],
)
def test_ids_are_found(casus_command, text, entry_id):
    done = casus_command("find", *text)
    assert done.returncode == 0
    assert first(done) == entry_id


def test_nothing_found_ends_with_1(casus_command):
    done = casus_command("find", "qqqqxxxx")
    assert (done.returncode, done.stdout) == (1, "")
    assert "Nothing is called like 'qqqqxxxx'" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["Kyiv", "--kind", "citty"], "did you mean 'city'?"),
        (["---", "--kind", "city"], "such option"),
        (["!!!"], "has no letter"),
        (["Kyiv", "--limit", "0"], "--limit"),
    ],
)
def test_usage_errors(casus_command, arguments, said):
    done = casus_command("find", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said.lower() in done.stderr.lower()


def test_limit(casus_command):
    done = casus_command("find", "news", "--limit", "3")
    assert sum(not line.startswith("     ") for line in done.stdout.splitlines()) == 3


def test_without_text_everything_of_a_kind_is_listed(casus_command):
    done = casus_command("find", "--kind", "city")
    assert done.returncode == 0
    heads = [line for line in done.stdout.splitlines() if not line.startswith("       ")]
    assert "ukr-kyiv" in done.stdout
    assert all("(place, city)" in line for line in heads if "also:" not in line and "seen misspelt:" not in line)
