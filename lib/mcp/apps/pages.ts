import type { ToolName } from "../tools.ts";
import { CLUSTER_PAGE } from "./cluster_page.ts";
import { PAGE_TYPE } from "./extension.ts";
import { METRICS_PAGE } from "./metrics_page.ts";

/** A page that shows what tools answer. It is the same for everybody: what it shows comes from the host. */
interface Page {
  readonly uri: string;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly tools: readonly ToolName[];
  readonly html: string;
}

const PAGES: readonly Page[] = [
  {
    uri: "ui://proxmox-mcp/cluster",
    name: "cluster_page",
    title: "Cluster",
    description: "Shows what needs attention, the nodes, and the guests",
    tools: ["get_cluster_status", "get_nodes", "get_attention"],
    html: CLUSTER_PAGE,
  },
  {
    uri: "ui://proxmox-mcp/metrics",
    name: "metrics_page",
    title: "Metrics",
    description: "Draws the history of a guest's, a node's or a storage's load",
    tools: ["get_metrics"],
    html: METRICS_PAGE,
  },
];

const BY_TOOL: ReadonlyMap<string, string> = new Map(
  PAGES.flatMap(({ tools, uri }) => tools.map((tool) => [tool, uri])),
);

/** What a host is told of the page of a tool; undefined for a tool that has none. */
export function pageMetaOf(tool: string): { ui: { resourceUri: string } } | undefined {
  const resourceUri = BY_TOOL.get(tool);
  return resourceUri === undefined ? undefined : { ui: { resourceUri } };
}

/** The pages as `resources/list` tells them. */
export const LISTED_PAGES = PAGES.map(({ uri, name, title, description }) => ({
  uri,
  name,
  title,
  description,
  mimeType: PAGE_TYPE,
}));

/** What `resources/read` answers for a page; undefined for any other address. */
export function readPage(uri: string) {
  const page = PAGES.find((each) => each.uri === uri);
  if (page === undefined) return undefined;
  const _meta = { ui: { prefersBorder: true } };
  return { contents: [{ uri, mimeType: PAGE_TYPE, text: page.html, _meta }] };
}
