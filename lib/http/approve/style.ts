import { createHash } from "node:crypto";

export const STYLE =
  `:root{color-scheme:light dark;--ink:#1d2330;--dim:#566074;--page:#f4f5f8;--card:#fff;
--line:#d9dde6;--code:#f1f3f7;--yes:#14713c;--no:#b3261e;--focus:#1f5fd0;--warn:#fdf0d5;--bad:#fbe4e2;--good:#e2f3e8}
*{box-sizing:border-box}
body{margin:0;font:1rem/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page)}
main{max-width:46rem;margin:0 auto;padding:1rem}
header{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;justify-content:space-between;
max-width:46rem;margin:0 auto;padding:.75rem 1rem 0;color:var(--dim);font-size:.9rem}
header form{margin:0}
.card{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1.25rem}
h1{font-size:1.4rem;line-height:1.3;margin:0 0 .5rem;overflow-wrap:anywhere}
h2{font-size:1rem;margin:1.5rem 0 .4rem}
p{margin:.4rem 0}
.dim{color:var(--dim)}
.tell{border-radius:.5rem;padding:.6rem .8rem;margin:.8rem 0;background:var(--warn)}
.tell.bad{background:var(--bad)}.tell.good{background:var(--good)}
ul{margin:0;padding-left:1.2rem}li{overflow-wrap:anywhere}
pre{margin:.3rem 0;padding:.6rem .8rem;border-radius:.5rem;background:var(--code);
white-space:pre-wrap;overflow-wrap:anywhere;font:.875rem/1.45 ui-monospace,monospace}
code{font:.9em ui-monospace,monospace;overflow-wrap:anywhere}
del{color:var(--no)}ins{color:var(--yes);text-decoration:none}
label{display:block;font-weight:600;margin:1rem 0 .3rem}
input[type=password]{width:100%;font:1rem ui-monospace,monospace;padding:.65rem .7rem;color:inherit;
background:var(--card);border:1px solid var(--dim);border-radius:.5rem}
.choice{display:flex;flex-wrap:wrap;gap:.75rem;margin-top:1.5rem}
button{font:600 1rem system-ui,sans-serif;padding:.7rem 1.4rem;border-radius:.5rem;cursor:pointer;
border:1px solid transparent;color:#fff;background:var(--focus)}
.choice button{flex:1 1 9rem;min-height:3rem}
.yes{background:var(--yes)}.no{background:var(--card);color:var(--no);border-color:var(--no)}
.quiet{padding:.25rem .6rem;background:none;color:var(--dim);border-color:var(--line);font-weight:400;font-size:.9rem}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px}
@media(prefers-color-scheme:dark){:root{--ink:#e3e6ee;--dim:#a3adc0;--page:#10131a;--card:#191e28;
--line:#313949;--code:#222937;--yes:#3ba968;--no:#ff8a80;--focus:#7fa8ff;--warn:#3a2f14;--bad:#45201d;--good:#163527}
button{color:#0d1118}.no{color:var(--no)}.quiet{color:var(--dim)}}`;

/** Nothing but this style is let in, and forms go nowhere else. */
export const POLICY: string = `default-src 'none'; style-src 'sha256-${
  createHash("sha256").update(STYLE).digest("base64")
}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`;
