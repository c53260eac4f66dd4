# %% [markdown]
# # The fate of plans: what became of what was set, offered and put off
#
# A meeting that was scheduled and never held leaves no trace in most event data. Here a planned event is a record with
# a dated history (`status_history`): who announced it for when, and what became of it. This notebook follows every
# planned round of talks, meeting, exchange and truce to its end.
#
#     pip install 'casus-events[explore]'
#     python examples/fate_of_plans.py pictures

# %%
import sys
from pathlib import Path

import altair as alt
import pandas as pd

import casus

FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else Path("pictures")
PLANNED = ["scheduled", "pending", "postponed"]
FATES = {
    "occurred": "held",
    "ongoing": "held",
    "postponed": "put off, no new day",
    "cancelled": "called off",
    "lapsed": "day passed",
    "scheduled": "no word of it",
    "pending": "still pending",
}
COLOURS = {
    "held": "#2a6f97",
    "put off, no new day": "#f2a541",
    "called off": "#c1443c",
    "day passed": "#7d3c98",
    "no word of it": "#9aa5b1",
    "still pending": "#d0d5da",
}

# %% [markdown]
# ## Which events were planned
#
# Planned is what has a row `scheduled`, `pending` or `postponed` in its history, or that status now, and what was
# announced before the day. The record keeps one status: the last.

# %%
events = casus.load().to_pandas()
history = casus.load("status_history").to_pandas()
days = ["as_of", "planned_start", "planned_end"]
history[days] = history[days].apply(pd.to_datetime)
rows = history[history["status"].isin(PLANNED)]
kinds = ["talks", "meeting", "exchange", "ceasefire", "agreement"]
announced = pd.to_datetime(events["announced"]) < pd.to_datetime(events["date_start"])
chosen = events["type"].isin(kinds) & (
    events["id"].isin(set(rows["event_id"])) | events["status"].isin([*PLANNED, "cancelled", "lapsed"]) | announced
)
plans = events[chosen].copy()
plans["fate"] = plans["status"].astype(str).map(FATES)
print(pd.crosstab(plans["type"].astype(str), plans["fate"], margins=True).to_string())

# %% [markdown]
# ## Every plan that did not come about
#
# With the last day for which it was set, and by whom.

# %%
last = rows.sort_values("as_of").groupby("event_id", observed=True)[["claimant", "as_of", "planned_start"]].last()
failed = plans[plans["fate"] != "held"].merge(last, left_on="id", right_index=True, how="left")
shown = failed[["date_start", "type", "fate", "claimant", "planned_start", "title"]].sort_values("date_start")
with pd.option_context("display.max_colwidth", 80):
    print(shown.to_string(index=False, na_rep=""))

# %% [markdown]
# ## How long before, and how often moved
#
# Lead time: from the first announcement to the day on which it was held. Moved: rows of the history that name
# another day.

# %%
first = rows.groupby("event_id", observed=True)["as_of"].min()
held = plans[plans["fate"] == "held"].copy()
known = held["id"].map(first).fillna(pd.to_datetime(held["announced"]))
held["lead"] = (pd.to_datetime(held["date_start"]) - known).dt.days
held = held[held["lead"] >= 0]
print(held.groupby("type", observed=True)["lead"].describe()[["count", "min", "50%", "max"]].dropna().to_string())
moved = rows.groupby("event_id", observed=True)["planned_start"].nunique()
print(f"Set for more than one day: {(moved > 1).sum()} of {len(moved)} plans whose history names a day.")

# %% [markdown]
# ## Picture: what became of plans, by kind

# %%
order = [fate for fate in COLOURS if fate in set(plans["fate"])]
counts = plans.groupby([plans["type"].astype(str), "fate"]).size().rename("plans").reset_index()
counts["rank"] = counts["fate"].map(order.index)
bars = (
    alt.Chart(counts)
    .mark_bar()
    .encode(
        y=alt.Y("type:N", title=None, sort="-x", axis=alt.Axis(labelFontSize=12)),
        x=alt.X("plans:Q", title="planned events"),
        color=alt.Color(
            "fate:N", title="what became of it", scale=alt.Scale(domain=order, range=[COLOURS[each] for each in order])
        ),
        order="rank:Q",
        tooltip=["type:N", "fate:N", "plans:Q"],
    )
    .properties(width=520, height=180, title="What became of planned events")
)
FOLDER.mkdir(parents=True, exist_ok=True)
bars.save(FOLDER / "fate_of_plans.png", scale_factor=2)

# %% [markdown]
# ## Picture: plans over time
#
# One mark a planned meeting or round, on the day for which it was last set.

# %%
meetings = plans[plans["type"].isin(["talks", "meeting"])].merge(last, left_on="id", right_index=True, how="left")
meetings["day"] = pd.to_datetime(meetings["date_start"]).fillna(meetings["planned_start"]).fillna(meetings["as_of"])
marks = (
    alt.Chart(meetings.loc[meetings["day"] >= "2025-01-01", ["day", "title", "status", "fate"]])
    .mark_tick(thickness=3, size=26)
    .encode(
        x=alt.X("day:T", title=None, axis=alt.Axis(format="%b %Y", tickCount=8)),
        y=alt.Y("fate:N", title=None, sort=order),
        color=alt.Color("fate:N", legend=None, scale=alt.Scale(domain=order, range=[COLOURS[each] for each in order])),
        tooltip=["day:T", "title:N", "status:N"],
    )
    .properties(width=640, height=170, title="Planned talks and meetings since January 2025")
)
marks.save(FOLDER / "fate_of_plans_over_time.png", scale_factor=2)
