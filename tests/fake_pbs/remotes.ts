import { may, needPrivs } from "./access.ts";
import { change, checkDigest, digestOf, settings } from "./configs.ts";
import { groupRow } from "./content_api.ts";
import { fail, PbsError, refuse } from "./errors.ts";
import type { FakePbsState, FakeRemote } from "./state.ts";
import { groupsIn, namespacesBelow, storeNamed } from "./stores.ts";
import { type Call, Enveloped, type Handlers, unordered } from "./world.ts";

function files({ remotes }: FakePbsState): unknown[] {
  return [...remotes.values()].map((remote) => remote.config);
}

function named({ params, state }: Call): FakeRemote {
  const name = params.text("name");
  return state.remotes.get(name) ?? fail(`no such remote '${name}'`);
}

/** A remote that is no simulated one cannot be reached. */
function scanned(call: Call): FakePbsState["datastores"] {
  const { config, error } = named(call);
  if (error === undefined) return call.state.datastores;
  throw new PbsError(500, `failed to scan remote '${config.name}' - ${error}`);
}

function remove(call: Call): null {
  const { params, state } = call;
  const { config: { name } } = named(call);
  checkDigest(params, files(state));
  const user = [...state.jobs.sync.values()].find((job) => job.remote === name);
  if (user) {
    refuse({
      name: `remote '${name}' is used by sync job '${user.id}' (datastore '${user.store}')`,
    });
  }
  state.remotes.delete(name);
  return null;
}

/** The password never comes back. */
function create({ params, state }: Call): null {
  const config = settings(params, ["password"]) as FakeRemote["config"];
  if (state.remotes.has(config.name)) refuse({ name: `remote '${config.name}' already exists.` });
  const self = config.fingerprint === undefined || config.fingerprint === state.fingerprint;
  const here = config.host === "127.0.0.1" && self && config.port === undefined;
  state.remotes.set(config.name, { config, ...(here ? {} : { error: "client error (Connect)" }) });
  return null;
}

const one = "/config/remote/{name}";

export const remoteHandlers: Handlers = {
  "GET /config/remote": ({ state, who }) => {
    const rows = [...state.remotes.values()].map(({ config }) => ({ ...config }))
      .filter(({ name }) => may(state, who, `/remote/${name}`, ["Remote.Audit"]));
    return new Enveloped(unordered(rows), { digest: digestOf(files(state)) });
  },
  "POST /config/remote": create,
  [`GET ${one}`]: (call) => {
    const { config } = named(call);
    needPrivs(call.state, call.who, `/remote/${config.name}`, ["Remote.Audit"]);
    return new Enveloped({ ...config }, { digest: digestOf(files(call.state)) });
  },
  [`PUT ${one}`]: (call) => {
    const { config } = named(call);
    checkDigest(call.params, files(call.state));
    change(config, call.params, ["password"]);
    return null;
  },
  [`DELETE ${one}`]: remove,
  [`GET ${one}/scan`]: (call) =>
    unordered([...scanned(call).values()].map(({ config }) => ({
      "backend-type": "filesystem",
      comment: config.comment ?? null,
      "mount-status": "nonremovable",
      store: config.name,
    }))),
  [`GET ${one}/scan/{store}/namespaces`]: (call) => {
    scanned(call);
    const store = storeNamed(call.state, call.params.text("store"));
    return namespacesBelow(store, "").map((ns) => ({ ns }));
  },
  [`GET ${one}/scan/{store}/groups`]: (call) => {
    scanned(call);
    const store = storeNamed(call.state, call.params.text("store"));
    return unordered(groupsIn(store, call.params.text("namespace")).map(groupRow));
  },
};
