"""Blocks of a file that are read by themselves are the batches of the whole file."""

import dataclasses

import pytest
from importing import UCDP, ucdp_rows

from casus.distributed.ranges import block_batches, can_be_cut
from casus.importers.mapping import mapping
from casus.importers.reading import Member, batches, header_of


@pytest.fixture
def tabbed():
    """A source of unquoted lines, tab between cells."""
    known = mapping("ucdp-ged")
    return dataclasses.replace(known, form={**known.form, "delimiter": "\t", "quoted": False, "members": "*"})


def write_lines(path, rows, ending="\n", last="\n"):
    lines = ["\t".join(UCDP), *("\t".join(row[name] for name in UCDP) for row in rows)]
    path.write_text(ending.join(lines) + last, "utf-8", newline="")
    return path


def all_of(coming):
    """Return the rows of batches with their numbers, and the borders between batches."""
    rows, borders = [], []
    for batch in coming:
        whole = zip(batch.numbers.tolist(), batch.rows.to_pylist(), strict=True)
        rows.extend([*whole, *((each.number, each.text) for each in batch.broken)])
        borders.append(len(rows))
    return rows, borders


@pytest.mark.parametrize(("ending", "last"), [("\n", "\n"), ("\n", ""), ("\r\n", "\r\n")])
@pytest.mark.parametrize("block", [1_000, 1_999, 5_001, 10**6])
def test_blocks_read_alone_are_the_batches_of_the_whole_file(tmp_path, tabbed, block, ending, last):
    rows = ucdp_rows(60, where_description="Żytomyr, 市場")
    rows[7]["region"] = "one cell\tmore"
    rows[41]["region"] = "one cell\tmore"
    member = Member(write_lines(tmp_path / "rows.tsv", rows, ending, last))
    header = header_of(member, tabbed)
    whole = all_of(batches(member, tabbed, header, block=block))
    count = -(-member.path.stat().st_size // block)
    parts = [block_batches(member, tabbed, header, [each], encoding="utf-8", block=block) for each in range(count)]
    together = block_batches(member, tabbed, header, range(count), encoding="utf-8", block=block)
    assert all_of(together) == whole
    apart = [content for part in parts for _, content in all_of(part)[0]]
    assert apart == [content for _, content in whole[0]]
    assert len(apart) == 60


def test_what_is_quoted_or_packed_is_not_cut(tmp_path, tabbed):
    path = write_lines(tmp_path / "rows.tsv", ucdp_rows(2))
    assert can_be_cut(Member(path), tabbed)
    assert not can_be_cut(Member(path), mapping("ucdp-ged"))
    (tmp_path / "rows.tsv.gz").write_bytes(b"\x1f\x8b\x08")
    assert not can_be_cut(Member(tmp_path / "rows.tsv.gz"), tabbed)
