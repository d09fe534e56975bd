import { type ApiMethod, contract } from "./contract.ts";
import { once } from "./once.ts";

interface Page {
  path: string;
  text: string;
  leaf: number;
  info: Record<string, unknown>;
  children?: Page[];
}

function page(path: string): Page {
  return { path, text: path.split("/").at(-1) ?? "", leaf: 1, info: {} };
}

function describe(api: ApiMethod, composed: boolean): unknown {
  return {
    allowtoken: 1,
    method: api.method,
    name: api.path.split("/").at(-1)?.replace(/[{}]/g, ""),
    parameters: composed && api.composed ? api.composed : {
      additionalProperties: api.additionalProperties,
      properties: api.parameters,
    },
    permissions: api.permissions,
    protected: api.protected,
    ...(api.path.startsWith("/nodes/{node}/") ? { proxyto: "node" } : {}),
    returns: api.returns,
  };
}

function write(composed: boolean): string {
  const roots: Page[] = [];
  for (const api of contract().methods) {
    let siblings = roots;
    let path = "";
    let current: Page | undefined;
    for (const part of api.path.split("/").slice(1)) {
      path += `/${part}`;
      let next = siblings.find((one) => one.path === path);
      if (!next) {
        next = page(path);
        siblings.push(next);
      }
      if (current) current.leaf = 0;
      current = next;
      siblings = next.children ??= [];
    }
    if (current) current.info[api.method] = describe(api, composed);
  }
  return `const apiSchema = ${JSON.stringify(roots.map(withoutEmpty), null, 3)}\n;\n\n${viewer()}`;
}

const plain = once(() => write(false));
const late = once(() => write(true));

/**
 * The JavaScript file behind Proxmox's API viewer: the description as a tree, then the viewer's code.
 *
 * @param composed as libpve-common writes it from 9.1.21 on
 */
export function apidoc(composed: boolean): string {
  return composed ? late() : plain();
}

function withoutEmpty(one: Page): Page {
  const { children, ...rest } = one;
  return children?.length ? { ...rest, children: children.map(withoutEmpty) } : rest;
}

function viewer(): string {
  return `let method2cmd = {
    GET: 'get',
    POST: 'create',
    PUT: 'set',
    DELETE: 'delete'
};

Ext.onReady(function() {
    Ext.create('Ext.container.Viewport', { layout: 'border', renderTo: Ext.getBody() });
});
`;
}
