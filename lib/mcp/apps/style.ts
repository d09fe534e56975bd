/** How pages look: as the host does where it says so, light or dark as it asks, on narrow frames too. */
export const STYLE = `:root{color-scheme:light dark;
--ink:var(--color-text-primary,light-dark(#1d2330,#e3e6ee));
--dim:var(--color-text-secondary,light-dark(#566074,#a3adc0));
--page:var(--color-background-primary,light-dark(#fff,#191e28));
--well:var(--color-background-secondary,light-dark(#f1f3f7,#252c3a));
--line:var(--color-border-secondary,light-dark(#d9dde6,#39435a));
--bad:var(--color-text-danger,light-dark(#b3261e,#ff8a80));
--warn:var(--color-text-warning,light-dark(#8a5300,#f0b35a));
--good:var(--color-text-success,light-dark(#14713c,#5cc98a));
--ring:var(--color-ring-primary,light-dark(#1f5fd0,#7fa8ff));
--bar:light-dark(#0072b2,#56b4e9);--radius:var(--border-radius-md,.5rem)}
*{box-sizing:border-box}
html{background:var(--page)}
body{margin:0;font:.875rem/1.45 var(--font-sans,system-ui,sans-serif);color:var(--ink)}
main{padding:.75rem 1rem 1rem}
header{display:flex;flex-wrap:wrap;gap:.4rem .75rem;align-items:center}
h1{font-size:1.05rem;margin:0;overflow-wrap:anywhere}
h2{font-size:.875rem;margin:1rem 0 .4rem}
p{margin:.4rem 0}
[hidden]{display:none!important}
.dim{color:var(--dim)}
.push{margin-left:auto}
.pill{border:1px solid currentColor;border-radius:1rem;padding:0 .55rem;font-size:.8rem;white-space:nowrap}
.bad{color:var(--bad)}.warn{color:var(--warn)}.good{color:var(--good)}
button,input{font:inherit;color:inherit;background:var(--well);border:1px solid var(--line);
border-radius:var(--radius);padding:.25rem .6rem;min-height:2rem}
button{cursor:pointer}
button[aria-pressed=true]{border-color:var(--ring);box-shadow:inset 0 0 0 1px var(--ring)}
button:disabled{opacity:.6;cursor:default}
:focus-visible{outline:2px solid var(--ring);outline-offset:2px}
.choice{margin-top:.5rem;display:flex;flex-wrap:wrap;gap:.3rem}
ul{list-style:none;margin:0;padding:0}
.findings li{display:grid;grid-template-columns:4.8rem 1fr;gap:0 .6rem;padding:.35rem 0;
border-top:1px solid var(--line)}
.findings li:first-child,tbody:first-child tr:first-child td{border-top:0}
.findings .what{overflow-wrap:anywhere}
.findings .where{grid-column:2;color:var(--dim);font-size:.8rem;overflow-wrap:anywhere}
.nodes{display:grid;grid-template-columns:repeat(auto-fill,minmax(13.5rem,1fr));gap:.6rem}
.nodes li{border:1px solid var(--line);border-radius:var(--radius);padding:.5rem .7rem}
.nodes .name{display:flex;justify-content:space-between;gap:.5rem;font-weight:600;overflow-wrap:anywhere}
.use{display:grid;grid-template-columns:4.2rem 1fr;gap:0 .5rem;align-items:center;margin-top:.25rem;font-size:.8rem}
.use .text{grid-column:2;color:var(--dim)}
.bar{height:.45rem;border-radius:.3rem;background:var(--well);overflow:hidden}
.bar i{display:block;height:100%;background:var(--bar)}
.bar.full i{background:var(--bad)}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.3rem .6rem .3rem 0;border-top:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
th{font-weight:600;color:var(--dim);border-top:0;font-size:.8rem;white-space:nowrap}
.number{text-align:right}.number,.number span,.state{white-space:nowrap}
td.name{min-width:6.5rem}
.scroll{overflow-x:auto}
.chart{margin:.9rem 0 0}
.legend{display:flex;flex-wrap:wrap;gap:.1rem 1rem;margin-bottom:.2rem}
.legend b{font-weight:600;font-variant-numeric:tabular-nums}
.legend i{display:inline-block;width:.8rem;height:.25rem;margin-right:.35rem;vertical-align:middle;border-radius:.2rem}
svg{display:block;width:100%;height:auto;overflow:visible;touch-action:pan-y}
svg text{fill:var(--dim);font-size:11px;font-family:inherit}
svg .grid{stroke:var(--line)}
svg .cursor{stroke:var(--dim);stroke-dasharray:3 3}
svg path{fill:none;stroke-width:1.75;stroke-linejoin:round;stroke-linecap:round}
details{margin-top:1rem}
summary{cursor:pointer;color:var(--dim)}
@media(min-width:34.01rem){.narrow{display:none}}
th:last-child,td:last-child{padding-right:0}
@media(max-width:34rem){main{padding:.6rem .75rem}td.name{min-width:5rem}th,td{padding-right:.4rem}td.number{white-space:normal}.wide{display:none}.findings li{grid-template-columns:1fr}.findings .where{grid-column:1}}`;
