import type { ServerContext } from "@modelcontextprotocol/server";
import { APPS, showsPages } from "../apps/extension.ts";
import { LISTED_PAGES } from "../apps/pages.ts";
import { callerOf } from "../caller.ts";
import { variablesOf } from "../resources/address.ts";
import { inCluster } from "../resources/placed.ts";
import type { ResourceKind } from "../resources/kind.ts";
import { RESOURCE_KINDS } from "../resources/kinds.ts";
import { readResource } from "../resources/read.ts";
import { Subscriptions } from "../resources/subscriptions.ts";
import type { McpServices } from "../server.ts";
import type { Feature } from "./feature.ts";

/** The resources that this caller may read: those with an address of their own, and templates. */
export async function listResources(services: McpServices, context: ServerContext) {
  const kinds = await readableKinds(services, context);
  const clusters = services.catalog.clustersFor(callerOf(context).principal.limits);
  const single = kinds.filter(({ template }) => variablesOf(template).length === 0);
  return {
    resources: clusters.length === 0
      ? single.map((kind) => ({ uri: kind.template, ...described(kind) }))
      : clusters.flatMap((cluster) =>
        single.map((kind) => ({
          uri: inCluster(encodeURIComponent(cluster), kind.template),
          ...described(kind),
          title: `${kind.title}: ${cluster}`,
        }))
      ),
    resourceTemplates: kinds.map((kind) => ({
      uriTemplate: clusters.length === 0 ? kind.template : inCluster(ANY_CLUSTER, kind.template),
      ...described(kind),
    })).filter(({ uriTemplate }) => variablesOf(uriTemplate).length > 0),
  };
}

/** What stands for a cluster in a template. */
export const ANY_CLUSTER = "{cluster}";

/** What may be read and followed of the cluster. */
export const RESOURCE_FEATURE: Feature = {
  capabilities: { resources: { subscribe: true }, extensions: { [APPS]: {} } },
  serve: (server, services) => {
    server.setRequestHandler("resources/list", async (_request, context) => {
      const { resources } = await listResources(services, context);
      return {
        resources: showsPages(server, context) ? [...resources, ...LISTED_PAGES] : resources,
      };
    });
    server.setRequestHandler("resources/templates/list", async (_request, context) => {
      const { resourceTemplates } = await listResources(services, context);
      return { resourceTemplates };
    });
    server.setRequestHandler(
      "resources/read",
      ({ params: { uri } }, context) => readResource(services, { uri, context }),
    );
    const subscriptions = new Subscriptions(server, services);
    server.setRequestHandler("resources/subscribe", async ({ params: { uri } }, context) => {
      await subscriptions.add(uri, context);
      return {};
    });
    server.setRequestHandler("resources/unsubscribe", ({ params: { uri } }) => {
      subscriptions.remove(uri);
      return {};
    });
  },
};

/** The kinds whose tool this caller may call. */
export async function readableKinds(
  services: McpServices,
  context: ServerContext,
): Promise<ResourceKind[]> {
  const { principal } = callerOf(context);
  const callable = services.catalog.callable(principal, await services.able(principal));
  return RESOURCE_KINDS.filter(({ tool }) => callable(tool));
}

function described({ name, title, description }: ResourceKind) {
  return { name, title, description, mimeType: "application/json" };
}
