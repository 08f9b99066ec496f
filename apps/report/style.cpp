#include "style.h"

namespace cmgems::apps::report {

const char* const kStyle = R"(
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1b1f24; --soft: #59636e; --rule: #d6dbe1; --tint: #f3f5f8;
  --warn: #fff6e0; --warn-rule: #d99a00;
  --s0: #0072b2; --s1: #c4500a; --s2: #00805c; --s3: #a8477f; --s4: #2a93c9; --s5: #a87400; --s6: #6b5fb5; --s7: #6a727b; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14171b; --ink: #e7eaee; --soft: #9ba5b0; --rule: #343b44; --tint: #1d2127; --warn: #2c2515;
    --warn-rule: #e0a930;
    --s0: #5cb6ec; --s1: #f0875a; --s2: #34c79c; --s3: #e197c4; --s4: #9ad4f5; --s5: #e9b949; --s6: #b4a7f2; --s7: #a3abb4; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main, header, footer { max-width: 70rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .25rem; text-wrap: balance; }
h2 { font-size: 1.3rem; margin: 2.6rem 0 .8rem; padding-bottom: .3rem; border-bottom: 1px solid var(--rule); }
h3 { font-size: 1.02rem; margin: 1.5rem 0 .45rem; }
p { margin: .5rem 0; max-width: 46rem; }
.soft, .note, caption, footer { color: var(--soft); font-size: .88rem; }
nav ul { list-style: none; margin: 1rem 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; font-size: .95rem; }
a { color: var(--s0); }
.headlines { display: grid; grid-template-columns: repeat(auto-fit, minmax(11.5rem, 1fr)); gap: .8rem; margin: 1.3rem 0 0; padding: 0; }
.headlines { list-style: none; }
.headlines li { margin: 0; background: var(--tint); border-radius: .5rem; padding: .75rem .95rem; }
.headlines span { display: block; overflow-wrap: anywhere; }
.headlines .what { color: var(--soft); font-size: .88rem; }
.headlines .value { font-size: 1.45rem; white-space: nowrap; font-weight: 600; font-variant-numeric: tabular-nums; line-height: 1.3; }
.headlines .detail { color: var(--soft); font-size: .85rem; }
#notes ul { background: var(--warn); border-left: 4px solid var(--warn-rule); border-radius: .3rem; margin: .5rem 0; padding: .7rem 1rem .7rem 2rem; }
li { margin: .2rem 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; margin: .4rem 0; }
table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; }
th, td { padding: .34rem .5rem; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: top; }
thead th { border-bottom: 2px solid var(--rule); font-weight: 600; vertical-align: bottom; white-space: normal; }
th[scope=row] { font-weight: 500; }
td, th { max-width: 24rem; overflow-wrap: break-word; }
.number { text-align: right; }
tbody .short { white-space: nowrap; }
td:not(.short) { min-width: 11rem; }
tbody tr:hover { background: var(--tint); }
summary { cursor: pointer; font-weight: 600; margin: 1rem 0 .3rem; }
figure { margin: 1.3rem 0; }
figcaption { font-weight: 600; margin-bottom: .3rem; }
figure svg { display: block; max-width: 100%; height: auto; }
figure .narrow { display: none; }
pre { background: var(--tint); border-radius: .4rem; padding: .7rem .9rem; overflow-x: auto; font: .84rem/1.6 ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; }
footer { padding: 2.5rem 1.25rem 2rem; }
svg text { font: 12px system-ui, "Segoe UI", Roboto, Arial, sans-serif; fill: var(--ink); }
svg .tick { font-size: 11.5px; fill: var(--soft); font-variant-numeric: tabular-nums; }
svg .value { font-variant-numeric: tabular-nums; }
svg .heading { font-weight: 600; }
svg .small { font-size: 10.5px; opacity: .85; }
svg .name { fill: currentColor; font-weight: 600; }
svg .on { fill: var(--paper); }
svg .half { fill: #15181c; }
svg .grid { stroke: var(--rule); stroke-width: 1; }
svg .axis { stroke: var(--soft); stroke-width: 1; }
svg .reference { stroke: var(--soft); stroke-width: 1.2; stroke-dasharray: 2 3; }
svg .mark { stroke: currentColor; stroke-width: 1.2; stroke-dasharray: 5 4; opacity: .75; }
svg .line { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; }
svg .dashed { stroke-dasharray: 5 3; stroke-width: 1.5; }
svg .dot { fill: currentColor; stroke: transparent; stroke-width: 10; }
svg .touch { fill: transparent; stroke: transparent; stroke-width: 6; }
svg .run { fill: currentColor; opacity: .5; stroke: transparent; stroke-width: 6; }
svg .interval { stroke: currentColor; stroke-width: 2; }
svg .mean { fill: currentColor; stroke: var(--paper); stroke-width: 1.5; }
svg .published { fill: var(--paper); stroke: currentColor; stroke-width: 1.6; }
svg .bar { fill: currentColor; }
svg .cell { fill: currentColor; stroke: var(--rule); }
)"
                           R"(
svg .s0 { color: var(--s0); } svg .s1 { color: var(--s1); } svg .s2 { color: var(--s2); } svg .s3 { color: var(--s3); }
svg .s4 { color: var(--s4); } svg .s5 { color: var(--s5); } svg .s6 { color: var(--s6); } svg .s7 { color: var(--s7); }
@media (max-width: 640px) {
  main, header, footer { padding-left: .95rem; padding-right: .95rem; }
  h1 { font-size: 1.4rem; }
  .headlines { grid-template-columns: 1fr 1fr; gap: .5rem; }
  .headlines .value { font-size: 1.2rem; }
  figure .wide { display: none; } figure .narrow { display: block; }
  th, td { padding: .3rem .55rem; }
  th[scope=row], thead th:first-child { position: sticky; left: 0; background: var(--paper); white-space: normal; max-width: 9rem; } }
@media print {
  :root { color-scheme: light; --paper: #ffffff; --ink: #000000; --soft: #444444; --rule: #bbbbbb; --tint: #f5f5f5; --warn: #ffffff;
    --s0: #0072b2; --s1: #c4500a; --s2: #00805c; --s3: #a8477f; --s4: #2a93c9; --s5: #a87400; --s6: #6b5fb5; --s7: #6a727b; }
  body { font-size: 10.5pt; } nav, details { display: none; } .scroll { overflow: visible; } pre { white-space: pre-wrap; }
  main, header, footer { max-width: none; } figure .wide { display: block; } figure .narrow { display: none; }
  figure, tr, .headlines li { break-inside: avoid; } h2, h3, figcaption { break-after: avoid; } }
)";

}  // namespace cmgems::apps::report
