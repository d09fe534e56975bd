import { createHash } from "node:crypto";
import { STYLE as PAGE } from "../approve/style.ts";

export const STYLE = `${PAGE}
fieldset{border:1px solid var(--line);border-radius:.5rem;margin:1rem 0;padding:.4rem .9rem .9rem}
legend{font-weight:600;padding:0 .3rem}
.pick{display:flex;gap:.6rem;align-items:baseline;font-weight:400;margin:.5rem 0;min-height:1.6rem}
.pick input{flex:none;width:1.1rem;height:1.1rem;margin:0}
.row{display:flex;flex-wrap:wrap;gap:0 1.5rem}
input[type=text]{width:100%;font:1rem ui-monospace,monospace;padding:.5rem .6rem;color:inherit;
background:var(--card);border:1px solid var(--dim);border-radius:.5rem}`;

/**
 * Nothing but this style is let in, nobody frames the page, and its form leads nowhere but here and to the
 * client that asks.
 */
export function policyOf(client?: string): string {
  return `default-src 'none'; style-src 'sha256-${
    createHash("sha256").update(STYLE).digest("base64")
  }'; base-uri 'none'; form-action 'self'${client ? ` ${client}` : ""}; frame-ancestors 'none'`;
}
