"""Style of the reports."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1b2026; --muted: #5b6470; --rule: #dde2e8;
  --ground: #f4f6f8; --accent: #0072b2; --front: #d55e00; }
@media (prefers-color-scheme: dark) { :root { --paper: #14181d; --ink: #e8ebef; --muted: #9aa5b1; --rule: #2c343d;
  --ground: #1c2229; --accent: #56b4e9; --front: #f0a36b; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 2rem 1.5rem 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { margin: 0; font-size: 1.9rem; line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin: 0 0 .6rem; font-size: 1.15rem; }
section { margin-top: 2.5rem; }
.muted, header p { margin: .2rem 0 .8rem; color: var(--muted); overflow-wrap: anywhere; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.6rem, 1fr)); gap: .7rem; margin: 1.5rem 0 0; }
.tiles div { padding: .8rem 1rem; border-radius: .6rem; background: var(--ground); }
.tiles dt { color: var(--muted); font-size: .82rem; }
.tiles dd { margin: .1rem 0 0; font-size: 1.2rem; font-weight: 600; font-variant-numeric: tabular-nums;
  overflow-wrap: anywhere; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 2.5rem;
  align-items: start; }
.pair > * { min-width: 0; }
.plot svg { display: block; width: 100%; max-width: 60rem; height: auto; }
.chart { width: 100%; height: 26rem; }
.chart.low { height: 20rem; }
.picture { max-height: 60rem; overflow: auto; border: 1px solid var(--rule); border-radius: .6rem; text-align: center; }
.picture svg, .picture img { max-width: 100%; height: auto; }
.scroll { overflow: auto; max-height: 40rem; border: 1px solid var(--rule); border-radius: .6rem; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; font-variant-numeric: tabular-nums; }
th, td { padding: .4rem .7rem; text-align: right; border-bottom: 1px solid var(--rule); white-space: nowrap;
  max-width: 18rem; overflow: hidden; text-overflow: ellipsis; }
.text { text-align: left; }
thead th { position: sticky; top: 0; background: var(--ground); font-weight: 600; }
th button, td button { all: unset; cursor: pointer; }
th button:focus-visible, td button:focus-visible { outline: 2px solid var(--accent); }
td button { color: var(--accent); }
th[aria-sort=ascending] button::after { content: " \\2191"; }
th[aria-sort=descending] button::after { content: " \\2193"; }
tbody tr:hover, tr:target { background: var(--ground); }
tr.front td:first-child { box-shadow: inset 3px 0 var(--front); } tr.best { font-weight: 600; }
tr.pruned td { color: var(--muted); }
.filter { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; margin-bottom: .7rem; }
.filter input, .filter select { font: inherit; color: inherit; background: var(--paper); padding: .3rem .6rem;
  border: 1px solid var(--rule); border-radius: .4rem; }
.filter input { flex: 1 1 16rem; max-width: 30rem; }
.listing { margin: 0; border: 1px solid var(--rule); border-radius: .6rem; overflow: hidden; }
.listing figcaption { display: flex; justify-content: space-between; align-items: center; padding: .4rem .8rem;
  background: var(--ground); color: var(--muted); font-size: .85rem; }
pre { margin: 0; padding: .8rem; max-height: 57rem; overflow: auto;
  font: .84rem/1.45 ui-monospace, Menlo, Consolas, monospace; }
.copy { font: inherit; color: var(--accent); background: none; border: 1px solid currentColor; border-radius: .4rem;
  padding: .05rem .6rem; cursor: pointer; }
details { margin-top: 1rem; } summary { cursor: pointer; color: var(--accent); margin-bottom: .5rem; }
.card { position: fixed; top: 1rem; bottom: 1rem; right: 1rem; width: min(30rem, 44vw); display: flex;
  flex-direction: column; gap: .6rem; padding: 1rem; background: var(--paper); border: 1px solid var(--rule);
  border-radius: .8rem; box-shadow: 0 .5rem 2rem #0005; z-index: 2000; }
.card[hidden] { display: none; } .card.left { right: auto; left: 1rem; }
.card:not(.pinned) { pointer-events: none; } .card:not(.pinned) .listing, .card:not(.pinned) .close { display: none; }
.card header { display: flex; justify-content: space-between; align-items: baseline; }
.card h2 { margin: 0; } .card .picture { flex: 1 1 auto; min-height: 6rem; }
.card .picture svg { max-height: 100%; }
.card.pinned .picture svg { max-height: none; }
.card p { margin: 0; overflow-wrap: anywhere; } .card pre { max-height: 14rem; }
.close { all: unset; cursor: pointer; color: var(--accent); }
@media (max-width: 50rem) { .card, .card.left { left: .5rem; right: .5rem; width: auto; top: 40vh; bottom: .5rem; } }
@media print { .filter, .copy, .card { display: none; } .scroll { max-height: none; } }
"""
