# %% [markdown]
# # Talks: who met whom, and what they yielded
#
# Every negotiation round between Russia and Ukraine in the dataset: where it was held, who led the delegations, how
# long it lasted by whose account, what was agreed there, and what was carried out of it afterwards.
#
# Run it as a notebook (Jupytext, VS Code, PyCharm) or as a script, which writes the pictures into a folder:
#
#     pip install 'casus-events[explore]'
#     python examples/talks.py pictures

# %%
import sys
from pathlib import Path

import altair as alt
import pandas as pd

import casus

FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else Path("pictures")
WIDTH = 720
SECOND_SPELL = 2025  # between the two spells only rounds that were planned are known

# %% [markdown]
# ## The rounds
#
# A round is a record of type `talks`. That somebody numbers it ("the third round") is a claim in the record: counts
# differ, so the table is in the order of the days.

# %%
rounds = casus.load(type="talks").to_pandas().sort_values("date_start").reset_index(drop=True)
names = casus.load("actors").to_pandas().set_index("id")["name"]
heads = (
    casus.load("representatives")
    .to_pandas()
    .sort_values("rank")
    .drop_duplicates(["event_id", "actor"])
    .assign(name=lambda rows: rows["person"].map(names))
    .pivot_table(index="event_id", columns="actor", values="name", aggfunc="first", observed=True)
    .reindex(columns=["RUS", "UKR", "USA"])
    .rename(columns={"RUS": "for Russia", "UKR": "for Ukraine", "USA": "for the United States"})
)
table = (
    rounds[["id", "date_start", "date_end", "place_name", "mode", "status"]]
    .merge(heads, left_on="id", right_index=True, how="left")
    .set_index("id")
)
print(table.to_string(na_rep=""))

# %% [markdown]
# ## How long, by whose account
#
# A duration is what somebody said. Rounds for which several numbers were given show how far apart they are.

# %%
lasted = casus.load("quantities").to_pandas().query("measure == 'duration'")
lasted = lasted[lasted["event_id"].isin(rounds["id"])].assign(minutes=lambda rows: rows["best"].fillna(rows["low"]))
spread = lasted.groupby("event_id", observed=True)["minutes"].agg(["min", "max", "count"])
print(spread[spread["count"] > 1].to_string())

# %% [markdown]
# ## What they yielded
#
# `part-of` leads from an agreement, a proposal or an answer to the round in which it was made, `implements` from an
# exchange to the agreement that it carries out. Two steps along these links say what came of a round. A round without a
# link yielded nothing that became a record of its own; its `outcome` says what the sides reported.

# %%
events = casus.load().to_pandas().set_index("id")
links = casus.load("links").to_pandas().assign(type=lambda rows: rows["event_id"].map(events["type"]))


def that(relation: str, targets: pd.Series) -> pd.DataFrame:
    """Return the links of one relation that lead to these events, with the type of what they come from."""
    return links[(links["relation"] == relation) & links["target"].isin(set(targets))]


parts = that("part-of", rounds["id"]).rename(columns={"target": "round", "event_id": "made"})
carried = that("implements", pd.concat([parts["made"], rounds["id"]])).rename(columns={"event_id": "done"})
carried["round"] = (
    carried["target"].map(parts.drop_duplicates("made").set_index("made")["round"]).fillna(carried["target"])
)
yields = pd.concat(
    [
        parts.groupby(["round", "type"], observed=True)["made"].nunique(),
        carried.groupby(["round", "type"], observed=True)["done"].nunique().rename("made"),
    ]
)
yields = yields.groupby(level=[0, 1], observed=True).sum().rename("records").reset_index()
print(yields.pivot_table(index="round", columns="type", values="records", observed=True).to_string(na_rep=""))

# %% [markdown]
# People who came home to Ukraine under what was agreed at a round, by three rules: the number that Ukraine's side gave,
# the number that Russia's side gave, and the median of all who gave one. Where a side gave no number there is none.

# %%
rules = ["claimant:UKR", "claimant:RUS", "median"]
freed = pd.concat(casus.tally("prisoners-released", rule=rule, subject="UKR").to_pandas() for rule in rules)
freed = freed.merge(carried[["done", "round"]].drop_duplicates("done"), left_on="event", right_on="done")
totals = freed.groupby(["round", "rule"], observed=True)["value"].agg(lambda values: values.sum(min_count=1))
print(totals.reset_index().pivot_table(index="round", columns="rule", values="value")[rules].to_string(na_rep=""))

# %% [markdown]
# ## Picture: the rounds and their yield over time

# %%
colours = {
    "held": "#2a6f97",
    "set, no word of what became of it": "#9aa5b1",
    "postponed": "#f2a541",
    "not held": "#c1443c",
}
fate = {
    "occurred": "held",
    "ongoing": "held",
    "cancelled": "not held",
    "lapsed": "not held",
    "scheduled": "set, no word of what became of it",
}
shown = rounds.assign(
    fate=rounds["status"].astype(str).map(lambda status: fate.get(status, status)),
    day=pd.to_datetime(rounds["date_start"]),
    records=rounds["id"].map(yields.groupby("round", observed=True)["records"].sum()).fillna(0),
)
places = casus.load("places").to_pandas().set_index("id")
towns = places["name"].where(places["within"].isna() | (places["kind"] == "city"), places["within"].map(places["name"]))
shown["town"] = shown["place"].astype(object).map(towns).fillna("no place named")
shown["half"] = shown["day"].dt.year.map(lambda year: "2022 to 2024" if year < SECOND_SPELL else "2025 and 2026")
points = (
    alt.Chart(shown[["day", "half", "town", "records", "fate", "title", "status", "outcome"]])
    .mark_circle(opacity=0.85, stroke="white")
    .encode(
        x=alt.X("day:T", title=None, axis=alt.Axis(format="%b %Y", labelAngle=0, tickCount=8)),
        y=alt.Y("town:N", title=None, sort="x"),
        size=alt.Size(
            "records:Q",
            title="records that came of it",
            scale=alt.Scale(range=[60, 700]),
            legend=alt.Legend(values=[1, 5, 20]),
        ),
        color=alt.Color(
            "fate:N",
            title="the round was",
            scale=alt.Scale(
                domain=list(dict.fromkeys(shown["fate"])),
                range=[colours.get(each, "#888") for each in dict.fromkeys(shown["fate"])],
            ),
        ),
        tooltip=["title:N", "day:T", "status:N", "outcome:N"],
    )
    .properties(width=WIDTH / 2 - 40, height=260)
)
chart = (
    points.facet(column=alt.Column("half:N", title=None, header=alt.Header(labelFontSize=13)))
    .resolve_scale(x="independent")
    .properties(title="Negotiation rounds of Russia and Ukraine")
)
FOLDER.mkdir(parents=True, exist_ok=True)
chart.save(FOLDER / "talks.png", scale_factor=2)
