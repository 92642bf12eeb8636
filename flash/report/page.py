"""Statistics as one HTML page: SVG charts with their data as tables, no script.

The page loads nothing from the network, and its policy tells the browser so.
The same statistics make the same page, byte by byte.
"""

from cards.translate import _
from flash.messages import statistics as messages
from flash.messages.dates import dated
from flash.messages.due import backlog_line
from flash.report.markup import html_page, tag, text_node
from flash.report.sections import sections
from srs.scheduler.study_day import day_date
from srs.stats.collect import Statistics


def page(found: Statistics) -> str:
    """Return the whole page.

    Args:
        found: The statistics, with those of the last year's answers.
    """
    title = found.deck.replace("::", " › ") or _("All decks")
    why = backlog_line(found.backlog)
    date = dated(day_date(found.today))
    day = _("Statistics of {date}").format(date=date)
    return html_page(
        f"{title} · flash",
        _STYLE,
        tag(
            "header",
            tag("h1", text_node(title)),
            tag("p", text_node(day)),
            _figures(found),
            tag("p", text_node(why)) if why else "",
        ),
        tag("main", *(f"\n{section}" for section in sections(found)), "\n"),
    )


def _figures(found: Statistics) -> str:
    figures = messages.overview_figures(found.overview, found.desired_retention)
    cells = (
        tag(
            "div",
            tag("dt", text_node(name)),
            tag("dd", text_node(value), tag("small", text_node(more))),
        )
        for name, value, more in figures
    )
    return tag("dl", *cells, class_="sums")


_STYLE = """
:root {
  color-scheme: light dark;
  --ground: #fff; --ink: #1c2127; --soft: #5d6875; --rule: #dfe3e8;
  --empty: #eceff2; --accent: #1f6feb;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171b; --ink: #e4e7eb; --soft: #98a3b0; --rule: #2c323a;
    --empty: #232930; --accent: #5b9dff;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2rem 1rem 4rem; max-width: 72rem;
  background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", "Noto Sans CJK JP",
    sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: break-word;
}
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0; }
h2 { font-size: 1rem; margin: 0; }
p { margin: 0; }
header p, section > p, figcaption { color: var(--soft); font-size: .875rem; }
dl.sums {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr));
  gap: 1.25rem 1rem; margin: 2rem 0 2.5rem;
}
dl.sums dt { color: var(--soft); font-size: .875rem; }
dl.sums dd { margin: 0; font-size: 1.5rem; line-height: 1.25; }
dl.sums dd small { display: block; font-size: .875rem; color: var(--soft); }
main { display: grid; gap: 3rem 2.5rem; align-items: start;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); }
section { min-width: 0; }
details + p { margin-top: 1.25rem; }
section.wide { grid-column: 1 / -1; }
svg { display: block; width: 100%; height: auto; margin: .75rem 0 .5rem;
  max-width: 30rem; }
svg text { fill: var(--soft); font-size: 11px; }
svg text.figure { fill: var(--ink); }
.year { display: flex; flex-wrap: wrap; gap: 0 2rem; }
.year svg { flex: 1 1 19rem; max-width: 34rem; }
.year svg text { font-size: 10px; }
.mark { fill: var(--accent); }
.range { stroke: var(--accent); stroke-opacity: .45; stroke-width: 2;
  stroke-linecap: round; }
.rule { stroke: var(--rule); stroke-width: 1; }
.wanted { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 2 3; }
.hit { fill: transparent; }
.shade0 { fill: var(--empty); }
.shade1, .shade2, .shade3, .shade4 { fill: var(--accent); }
.shade1 { fill-opacity: .28; }
.shade2 { fill-opacity: .5; }
.shade3 { fill-opacity: .75; }
details { font-size: .875rem; }
summary { color: var(--soft); cursor: pointer; padding: .75rem 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .875rem;
  margin-top: .5rem; }
th { text-align: left; font-weight: 400; color: var(--soft); }
td, th { padding: .25rem .75rem .25rem 0; vertical-align: top;
  border-bottom: 1px solid var(--rule); }
td.number, th.number { text-align: right; white-space: nowrap; }
td:last-child, th:last-child { padding-right: 0; }
td small { color: var(--soft); }
td:not(.number) { overflow-wrap: break-word; min-width: 6rem; }
details td:not(.number) { min-width: 0; }
@media (max-width: 40rem) {
  table { font-size: .8rem; }
  td, th { padding-right: .375rem; }
}
@media print {
  section { break-inside: avoid; }
  h2, h2 + p { break-after: avoid; }
}
"""
