import { hash } from "node:crypto";

export const STYLE =
  `:root{color-scheme:light dark;--ink:#1b2130;--dim:#5a6478;--page:#f3f5f9;--card:#fff;
--line:#dde2eb;--edge:#8b95a8;--code:#f1f3f8;--soft:#eef2fb;--yes:#14713c;--no:#b3261e;--focus:#2159c9;--on:#fff;
--warn:#fdf0d5;--bad:#fbe4e2;--good:#e2f3e8;--shade:0 1px 2px #1b21300d,0 6px 24px #1b21300f}
*{box-sizing:border-box}
[hidden]{display:none!important}
body{margin:0;font:1rem/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page);-webkit-text-size-adjust:100%}
header,main{max-width:46rem;margin:0 auto;padding:1rem}
header{display:flex;gap:.5rem 1rem;align-items:center;justify-content:space-between;min-height:4.5rem;padding-bottom:0;color:var(--dim)}
header form{display:flex;gap:.25rem .75rem;align-items:center;min-width:0}
header form a{line-height:2.75rem;padding:0 .25rem;min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
header button{white-space:nowrap}
.brand{font-weight:700;letter-spacing:-.01em;color:var(--ink);white-space:nowrap}
.brand::before{content:"";display:inline-block;width:.7rem;height:.7rem;margin-right:.55rem;border-radius:.2rem;background:var(--focus)}
.card{background:var(--card);border:1px solid var(--line);border-radius:1rem;padding:1.5rem;box-shadow:var(--shade)}
.card>:last-child{margin-bottom:0}
.card+.card{margin-top:1rem}
.narrow{max-width:26rem;margin:4vh auto 0}
h1{font-size:1.5rem;line-height:1.25;letter-spacing:-.015em;margin:0 0 .5rem;overflow-wrap:anywhere}
main>h1{margin:.25rem 0 1rem}
h2{font-size:1.05rem;line-height:1.35;margin:1.5rem 0 .4rem}
.card>h2:first-child,.head h2{margin:0}
h3{font-size:1rem;line-height:1.35;margin:0;overflow-wrap:anywhere}.card>h3{margin-top:1rem}
p{margin:.4rem 0}
a{color:var(--focus)}
.dim{color:var(--dim)}
.tell{border-radius:.6rem;padding:.65rem .9rem;margin:.8rem 0;background:var(--warn)}
.tell.bad{background:var(--bad)}.tell.good{background:var(--good)}
.tell:empty{display:none}
main>.tell{margin:0 0 1rem}
ul{margin:0;padding-left:1.2rem}.checks{list-style:none;padding:0}li{overflow-wrap:anywhere}
pre{margin:.3rem 0;padding:.6rem .8rem;border-radius:.6rem;background:var(--code);
white-space:pre-wrap;overflow-wrap:anywhere;font:.875rem/1.45 ui-monospace,monospace}
code{font:.9em ui-monospace,monospace;overflow-wrap:anywhere}
del{color:var(--no)}ins{color:var(--yes);text-decoration:none}
label{display:block;font-weight:600;margin:1rem 0 .3rem}
input:not([type=hidden]){width:100%;min-height:2.875rem;font:1rem system-ui,sans-serif;padding:.55rem .75rem;color:inherit;
background:var(--card);border:1px solid var(--edge);border-radius:.6rem}
::placeholder{color:var(--dim);opacity:1}
input[aria-invalid=true]{border-color:var(--no)}
input[type=password]{font-family:ui-monospace,monospace}
fieldset{border:1px solid var(--line);border-radius:.6rem;margin:1rem 0;padding:.4rem .9rem .9rem;min-width:0}
legend{font-weight:600;padding:0 .3rem}
.pick{display:flex;gap:.6rem;align-items:center;font-weight:400;margin:0;min-height:2.75rem;padding:.35rem 0;line-height:1.35}
.pick.apart{margin-top:.75rem}
.pick input:not([type=hidden]){flex:none;width:1.2rem;height:1.2rem;min-height:0;margin:0;accent-color:var(--focus)}
.row{display:flex;flex-wrap:wrap;gap:0 1.5rem}
.hint{margin:.3rem 0 0;color:var(--dim);font-size:.9rem}
.choice{display:flex;flex-wrap:wrap;gap:.75rem;margin-top:1.5rem}
button{font:600 1rem/1.2 system-ui,sans-serif;min-height:2.75rem;padding:.6rem 1.25rem;border-radius:.6rem;cursor:pointer;
border:1px solid transparent;color:var(--on);background:var(--focus)}
.choice button{flex:1 1 9rem;min-height:3rem}
.yes{background:var(--yes)}.no{background:var(--card);color:var(--no);border-color:var(--no)}
.other{background:var(--card);color:var(--ink);border-color:var(--edge)}
.quiet{padding:.4rem .8rem;background:none;color:var(--dim);border-color:var(--line);font-weight:400;font-size:.95rem}
.quiet.no{color:var(--no);border-color:var(--line);font-weight:500}
:is(button,summary,a):hover{filter:brightness(1.08)}.quiet:hover,.other:hover{border-color:var(--dim);filter:none}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px}
.or{display:flex;align-items:center;gap:.75rem;margin:1.25rem 0;color:var(--dim);font-size:.9rem}
.or::before,.or::after{content:"";flex:1;border-top:1px solid var(--line)}
details{margin-top:1.25rem;border-top:1px solid var(--line);padding-top:.5rem}
summary{display:flex;align-items:center;min-height:2.75rem;cursor:pointer;color:var(--focus);border-radius:.4rem;list-style:none}
summary::-webkit-details-marker{display:none}
summary::before{content:"";width:.45rem;height:.45rem;margin:0 .7rem 0 .2rem;border:solid;border-width:0 2px 2px 0;transform:rotate(-45deg)}
details[open]>summary::before{transform:rotate(45deg)}
.head{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;justify-content:space-between}
.rows{list-style:none;padding:0;margin:.75rem 0 0}
.rows>li{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:0 1rem;align-items:center;padding:.9rem 0;border-top:1px solid var(--line)}
.rows dl{grid-column:1/-1}
.rows>li:last-child{padding-bottom:0}
.tag{display:inline-block;margin-left:.5rem;padding:.05rem .55rem;border-radius:1rem;background:var(--good);color:var(--yes);
font-size:.8rem;font-weight:600;white-space:nowrap;vertical-align:.08em}
dl{display:grid;grid-template-columns:minmax(5.75rem,max-content) minmax(0,1fr);gap:.1rem .9rem;margin:.35rem 0 0;font-size:.925rem}
dt{color:var(--dim)}dd{margin:0;overflow-wrap:anywhere}
.empty{margin:.75rem 0 0;padding:1rem;border:1px dashed var(--line);border-radius:.6rem;color:var(--dim);text-align:center}
@media(max-width:30rem){.card{padding:1.25rem 1rem;border-radius:.8rem}.narrow{margin-top:0}header,main{padding-inline:.75rem}
header,header form{gap:.35rem}header .quiet{padding-inline:.55rem}.brand::before{margin-right:.35rem}}
@media(min-width:30.01rem){.choice.start button{flex:none;min-width:12rem}}
@media(scripting:none){.scripted{display:none}}
@media(prefers-color-scheme:dark){:root{--ink:#e5e8f0;--dim:#a5afc2;--page:#0f1218;--card:#181d27;--line:#2c3443;--edge:#5f6b80;
--code:#212836;--soft:#1e2636;--yes:#4cba79;--no:#ff8f86;--focus:#86adff;--on:#0d1118;--warn:#3a2f14;--bad:#45201d;--good:#163527;--shade:none}}`;

/** As a policy names it. */
export const STYLE_SOURCE = `'sha256-${hash("sha256", STYLE, "base64")}'`;

/**
 * Nothing but this style is let in, and the pages' own script where there are forms for passkeys.
 *
 * @param options.leadsTo where forms may lead in the end, beside here: browsers hold redirects to it too
 */
export function policy(
  { script, leadsTo }: { script: boolean; leadsTo?: string | undefined },
): string {
  const target = leadsTo === undefined ? "" : ` ${formTarget(leadsTo)}`;
  return `default-src 'none'; style-src ${STYLE_SOURCE};${
    script ? " script-src 'self';" : ""
  } base-uri 'none'; form-action 'self'${target}; frame-ancestors 'none'`;
}

/** As a policy names it: the origin, or the scheme alone of an app's own or a host that no policy can name. */
function formTarget(url: string): string {
  const { protocol, origin, hostname } = new URL(url);
  const isNamed = /^https?:$/.test(protocol) && /^[a-z0-9.-]+$/.test(hostname);
  return isNamed ? origin : protocol;
}
