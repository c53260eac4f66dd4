# %% [markdown]
# # Threads: the battlefield and the table over time
#
# Attacks, sanctions and talks stand in one record type here, so that they can be laid beside each other, and a record
# says how it stands to another: what violated a truce, what answered an offer, what somebody called a retaliation.
# This notebook draws both threads over one axis of time, and lists where a source ties one to the other. That two
# things lie close together in time says nothing by itself; only a link does, and for a cause it names who asserts it.
#
#     pip install 'casus-events[explore]'
#     python examples/threads.py pictures

# %%
import sys
from pathlib import Path

import altair as alt
import pandas as pd

import casus

FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else Path("pictures")
FIRST, LAST = pd.Timestamp("2025-01-01"), pd.Timestamp("2026-03-09")
WIDTH = 860
DOMAINS = ["diplomacy", "pressure", "military"]
COLOURS = {"diplomacy": "#2a6f97", "pressure": "#f2a541", "military": "#c1443c"}
WEAK = ["follows", "same-series"]

# %% [markdown]
# ## Records by month
#
# The domain of a record follows from its type: diplomacy (talks, meetings, proposals, answers, truces, exchanges),
# pressure (sanctions, aid, votes, courts, formal ties) or military (attacks, battles, incidents). These are the
# records of the dataset, not all that happened: the lists in `docs/coverage.md` say what belongs to it.

# %%
events = casus.load().to_pandas()
events["day"] = pd.to_datetime(events["date_start"])
events["month"] = events["day"].dt.to_period("M").dt.to_timestamp()
held = events[events["status"].isin(["occurred", "ongoing", "alleged"])]
by_month = pd.crosstab(held["month"].dt.strftime("%Y-%m"), held["domain"].astype(str)).reindex(
    columns=DOMAINS, fill_value=0
)
print(by_month.to_string())

# %% [markdown]
# ## Drones and missiles in one night
#
# The number of a wave is what somebody counted. Here: what Ukraine's air force counted, without which there is no bar.
# Drones and missiles are counted apart in the records and added here.

# %%
KINDS = {"drones": "drones-launched", "missiles": "missiles-launched"}
launched = pd.concat(
    casus.tally(measure, rule="claimant:ukr-air-force", item=kind).to_pandas().assign(kind=kind)
    for kind, measure in KINDS.items()
)
waves = (
    launched.dropna(subset=["value"])
    .merge(events[["id", "type", "title", "day"]], left_on="event", right_on="id")
    .query("type == 'air-attack'")
)
waves = waves[(waves["day"] >= FIRST) & (waves["day"] <= LAST)]
largest = waves.groupby(["event", "day"], observed=True)["value"].sum().sort_values(ascending=False).head(10)
print(largest.to_string())

# %% [markdown]
# ## Where a source ties the threads together
#
# Every link of substance between a diplomatic record and one of another domain, and the causes among them with who
# asserts them and who denies it.

# %%
domain = events.set_index("id")["domain"].astype(str)
type_of = events.set_index("id")["type"].astype(str)
links = casus.load("links").to_pandas()
links = links[~links["relation"].isin(WEAK)].assign(
    source=lambda rows: rows["event_id"].map(domain), goal=lambda rows: rows["target"].map(domain)
)
across = links[(links["source"] != links["goal"]) & ((links["source"] == "diplomacy") | (links["goal"] == "diplomacy"))]
across = across.assign(
    relation=across["relation"].astype(str),
    pair=across["event_id"].map(type_of) + " to " + across["target"].map(type_of),
)
print(
    pd.crosstab(across["pair"], across["relation"], margins=True)
    .sort_values("All", ascending=False)
    .head(30)
    .to_string()
)

# %%
causes = [
    (event.id, link.relation, link.target, ", ".join(link.asserted_by), ", ".join(link.disputed_by))
    for event in casus.records()
    for link in event.links
    if link.relation in ("retaliates-for", "results-from")
]
asserted = pd.DataFrame(causes, columns=["event", "relation", "target", "asserted by", "disputed by"])
print(asserted.to_string(index=False))

# %% [markdown]
# ## Picture: one axis of time

# %%
axis = alt.X("day:T", title=None, scale=alt.Scale(domain=[str(FIRST.date()), str(LAST.date())]))
months = alt.Axis(format="%b %y", tickCount="month", labelAngle=0, labelOverlap=True)
shown = held[(held["day"] >= FIRST) & (held["day"] <= LAST)].assign(
    type=lambda rows: rows["type"].astype(str), domain=lambda rows: rows["domain"].astype(str)
)
bars = (
    alt.Chart(
        waves[["day", "value", "kind", "title"]], title="Launched in one attack, by the count of Ukraine's air force"
    )
    .mark_bar(size=3)
    .encode(
        x=axis.axis(None),
        y=alt.Y("value:Q", title=None),
        color=alt.Color(
            "kind:N", title="launched", scale=alt.Scale(domain=["drones", "missiles"], range=["#e9a39b", "#8c1d18"])
        ),
        tooltip=["title:N", "kind:N", "value:Q"],
    )
    .properties(width=WIDTH, height=170)
)


def ticks(which: str, last: bool = False) -> alt.Chart:
    """Return the records of a domain as one row of ticks for each of its seven most frequent types."""
    rows = shown[shown["domain"] == which]
    rows = rows[rows["type"].isin(rows["type"].value_counts().head(7).index)]
    return (
        alt.Chart(rows[["day", "type", "title"]], title=f"{which.capitalize()}: records, a tick each")
        .mark_tick(thickness=2, size=13, opacity=0.75, color=COLOURS[which])
        .encode(
            x=axis.axis(months if last else None),
            y=alt.Y("type:N", title=None, sort="-x"),
            tooltip=["title:N", "day:T"],
        )
        .properties(width=WIDTH, height=alt.Step(17))
    )


chart = alt.vconcat(bars, ticks("military"), ticks("pressure"), ticks("diplomacy", last=True), spacing=14)
chart = chart.properties(title="Attacks, pressure and talks, January 2025 to early March 2026").resolve_scale(
    color="independent"
)
FOLDER.mkdir(parents=True, exist_ok=True)
chart.save(FOLDER / "threads.png", scale_factor=2)

# %% [markdown]
# ## Picture: how the threads are tied

# %%
ties = across.groupby(["relation", "source", "goal"], observed=True).size().rename("links").reset_index()
ties["other"] = ties["source"].where(ties["source"] != "diplomacy", ties["goal"])
ties["way"] = ties["source"].map(lambda each: "from the table" if each == "diplomacy" else "to the table")
picture = (
    alt.Chart(ties, title="Links between diplomatic and other records, by relation")
    .mark_bar()
    .encode(
        x=alt.X("sum(links):Q", title="links"),
        y=alt.Y("relation:N", title=None, sort="-x"),
        color=alt.Color(
            "other:N",
            title="the other record",
            scale=alt.Scale(domain=DOMAINS[1:], range=[COLOURS[each] for each in DOMAINS[1:]]),
        ),
        column=alt.Column("way:N", title=None, header=alt.Header(labelFontSize=13)),
    )
    .properties(width=WIDTH / 2 - 60, height=alt.Step(24))
)
picture.save(FOLDER / "threads_ties.png", scale_factor=2)
