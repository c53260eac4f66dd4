# %% [markdown]
# # Rival counts: who claims what, and how far apart
#
# Most event data hold one number for the dead of an attack. Here every number has its claimant, and rival numbers stand
# side by side. This notebook finds the things that several claimants counted, says how far apart they are, and draws
# the widest gaps. Nothing here says who is right.
#
#     pip install 'casus-events[explore]'
#     python examples/rival_counts.py pictures

# %%
import sys
import textwrap
from pathlib import Path

import altair as alt
import pandas as pd

import casus

FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else Path("pictures")
WIDTH = 640
FEWEST = 3  # things of a measure that are shown together
SIDES = {"UKR": "Ukraine", "RUS": "Russia"}
COLOURS = {"Ukraine": "#2a6f97", "Russia": "#c1443c", "others": "#8a8f98"}
MEASURES = [
    "killed", "wounded", "captured", "drones-launched", "missiles-launched", "drones-neutralised", "drones-downed",
    "missiles-downed", "hits", "aircraft-hit", "aircraft-damaged", "aircraft-destroyed", "troops", "area",
    "damage-amount",
]  # fmt: skip

# %% [markdown]
# ## What was counted by several
#
# One thing is one measure of one event, with the same item, subject, place, currency and day. Running totals are left
# out, and of one claimant's numbers the last stands: those that a later one `replaces` are gone. A bound ("at least
# 20") counts as its bound; words ("dozens") have no figure and are left out.

# %%
events = casus.load().to_pandas().set_index("id")
names = casus.load("actors").to_pandas().set_index("id")["name"]
names = pd.concat([names, casus.load("publishers").to_pandas().set_index("id")["name"]])
rows = casus.load("quantities").to_pandas()
rows = rows[rows["measure"].isin(MEASURES) & ~rows["cumulative"]].copy()
for column in ("measure", "item", "subject", "place", "currency", "claimant", "claimant_side", "replaces", "key"):
    rows[column] = rows[column].astype(object).where(rows[column].notna(), "")
replaced = set(zip(rows["event_id"], rows["replaces"], strict=True))
rows = rows[[pair not in replaced for pair in zip(rows["event_id"], rows["key"], strict=True)]]
rows["number"] = rows["best"].fillna(rows["low"]).fillna(rows["high"])
rows["bound"] = rows["best"].isna().map({True: " (bound)", False: ""})
rows = rows.dropna(subset=["number"])
rows = rows[rows["as_of"].isna() & (rows["claimant"] != "")]
rows["side"] = rows["claimant_side"].map(SIDES).fillna("others")
thing = ["event_id", "measure", "item", "subject", "place", "currency"]
rows = rows.drop_duplicates([*thing, "claimant"], keep="last")
several = rows.groupby(thing)["claimant"].transform("nunique") > 1
rivals = rows[several]
spread = rivals.groupby(thing)["number"].agg(["min", "max", "count"]).reset_index()
spread["apart"] = (spread["max"] + 1) / (spread["min"] + 1)
print(f"{len(spread)} things in {spread['event_id'].nunique()} events were counted by more than one claimant.")
by_measure = spread.groupby("measure")["apart"].agg(
    things="count",
    agreed=lambda values: (values == 1).mean().round(2),
    median=lambda values: values.median().round(2),
    widest=lambda values: values.max().round(1),
)
print(by_measure.sort_values("things", ascending=False).to_string())

# %% [markdown]
# `agreed` is the share of things on which all claimants give one number, `median` and `widest` how many times larger
# the largest number is than the smallest (of one plus the number, so that zero counts).
#
# ## Ukraine's number against Russia's

# %%
sides = (
    rivals[rivals["side"].isin(["Ukraine", "Russia"])]
    .pivot_table(index=thing, columns="side", values="number", aggfunc="max")
    .dropna()
)
sides = sides.assign(ratio=(sides["Ukraine"] + 1) / (sides["Russia"] + 1)).reset_index()
print(
    sides.sort_values("ratio")[["event_id", "measure", "item", "subject", "Russia", "Ukraine"]].to_string(index=False)
)

# %% [markdown]
# ## Who disputes what
#
# A claimant can also deny a number without giving another: a claim with the stance `denies` or `disputes`.

# %%
claims = casus.load("claims").to_pandas()
disputed = claims[claims["stance"].isin(["denies", "disputes"])]
whose = disputed["claimant"].astype(object).map(names).fillna("unnamed")
print(whose.value_counts().head(15).to_string())

# %% [markdown]
# ## Picture: the widest gaps

# %%
widest = spread[spread["max"] > 0].sort_values("apart", ascending=False).drop_duplicates("event_id").head(22)
chosen = rivals.merge(widest[[*thing, "apart"]], on=thing)
title = chosen["event_id"].map(lambda event: textwrap.shorten(str(events["title"][event]), 64, placeholder=" ..."))
chosen = chosen.assign(
    what=chosen["event_id"].str.slice(0, 10)
    + " "
    + title
    + ": "
    + chosen["measure"]
    + chosen["item"].map(lambda item: f" ({item})" if item else ""),
    who=chosen["claimant"].map(names).fillna(chosen["claimant"]) + chosen["bound"],
    shown=chosen["number"].clip(lower=0.5),
)
order = chosen.sort_values("apart", ascending=False)["what"].drop_duplicates().tolist()
y = alt.Y("what:N", title=None, sort=order, axis=alt.Axis(labelLimit=560))
CLAIMED = "the number claimed (logarithmic; zero stands at 0.5)"
x = alt.X("shown:Q", title=CLAIMED, scale=alt.Scale(type="log"))
span = (
    alt.Chart(chosen)
    .mark_rule(color="#c9ced4", strokeWidth=3)
    .encode(y=y, x=alt.X("min(shown):Q", title=CLAIMED), x2="max(shown):Q")
)
points = (
    alt.Chart(chosen[["what", "shown", "number", "who", "side"]])
    .mark_circle(size=80, opacity=0.9)
    .encode(
        y=y,
        x=x,
        color=alt.Color(
            "side:N", title="claimed by", scale=alt.Scale(domain=list(COLOURS), range=list(COLOURS.values()))
        ),
        tooltip=["who:N", "number:Q"],
    )
)
chart = (span + points).properties(
    width=WIDTH, height=alt.Step(22), title="The widest gaps between claimants of one number"
)
FOLDER.mkdir(parents=True, exist_ok=True)
chart.save(FOLDER / "rival_counts.png", scale_factor=2)

# %% [markdown]
# ## Picture: how far apart, by measure

# %%
enough = spread.groupby("measure")["apart"].transform("count") >= FEWEST
strip = (
    alt.Chart(spread[enough][["measure", "apart"]], title="Largest number over smallest, each thing a tick")
    .mark_tick(thickness=2, size=16, opacity=0.5, color="#2a6f97")
    .encode(
        x=alt.X("apart:Q", title="times as large (logarithmic)", scale=alt.Scale(type="log")),
        y=alt.Y("measure:N", title=None, sort=alt.EncodingSortField("apart", op="count", order="descending")),
    )
    .properties(width=WIDTH, height=alt.Step(26))
)
middle = strip.mark_point(shape="diamond", filled=True, size=90, color="#c1443c").encode(x="median(apart):Q")
(strip + middle).save(FOLDER / "rival_counts_by_measure.png", scale_factor=2)
