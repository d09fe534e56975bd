import { may, needPrivs } from "./access.ts";
import { change, checkDigest, checkSchedule, digestOf, settings } from "./configs.ts";
import { fail, refuse } from "./errors.ts";
import { newStore } from "./new_store.ts";
import type { FakeDatastore, FakePbsState } from "./state.ts";
import { aclPath, storeNamed } from "./stores.ts";
import { startTask } from "./tasks.ts";
import { type Call, Enveloped, type Handlers, unordered } from "./world.ts";

function files({ datastores }: FakePbsState): unknown[] {
  return [...datastores.values()].map((store) => store.config);
}

function list({ state, who }: Call): unknown {
  const rows = [...state.datastores.values()].map((store) => ({ ...store.config }))
    .filter(({ name }) => may(state, who, aclPath(name), ["Datastore.Audit"]));
  return new Enveloped(unordered(rows), { digest: digestOf(files(state)) });
}

/** 200 is only acceptance: whether the folder serves is found in the task. */
function create(call: Call): string {
  const { params, state } = call;
  const { "reuse-datastore": reuse, "overwrite-in-use": _overwrite, ...config } = settings(params);
  const name = params.text("name");
  const path = params.text("path");
  if (state.datastores.has(name)) refuse({ name: `datastore '${name}' already exists.` });
  checkSchedule(params, "gc-schedule");
  return startTask(call, {
    type: "create-datastore",
    id: name,
    work: () => {
      const inside = [...state.datastores.values()].find((one) =>
        path === one.config.path || path.startsWith(`${one.config.path}/`)
      );
      if (inside) {
        const what = `'${inside.config.name}' already in "${inside.config.path}"`;
        refuse({ path: `nested datastores not allowed: ${what}` });
      }
      const left = state.leftovers.get(path);
      if (left && reuse !== true) fail("datastore path not empty");
      state.leftovers.delete(path);
      state.datastores.set(name, {
        ...left ?? newStore({ name, path }),
        config: { ...config, name, path },
      });
    },
  });
}

function update({ params, state }: Call): null {
  const store = storeNamed(state, params.text("name"));
  checkDigest(params, files(state));
  checkSchedule(params, "gc-schedule");
  change(store.config, params);
  return null;
}

/** Its jobs go with it, unless they are asked to stay; its data stays, unless it is asked to go. */
function remove(call: Call): Enveloped {
  const { params, state } = call;
  const store: FakeDatastore = storeNamed(state, params.text("name"));
  checkDigest(params, files(state));
  const { name, path } = store.config;
  if (!params.flag("keep-job-configs")) {
    for (const jobs of Object.values(state.jobs)) {
      for (const job of jobs.values()) if (job.store === name) jobs.delete(job.id);
    }
  }
  const upid = startTask(call, {
    type: "delete-datastore",
    id: name,
    work: () => {
      state.datastores.delete(name);
      if (!params.flag("destroy-data")) state.leftovers.set(path, store);
    },
  });
  return new Enveloped(upid, { digest: digestOf([]) });
}

export const storeConfigHandlers: Handlers = {
  "GET /config/datastore": list,
  "POST /config/datastore": create,
  "GET /config/datastore/{name}": (call) => {
    const { config } = storeNamed(call.state, call.params.text("name"));
    needPrivs(call.state, call.who, aclPath(config.name), ["Datastore.Audit"]);
    return new Enveloped({ ...config }, { digest: digestOf(files(call.state)) });
  },
  "PUT /config/datastore/{name}": update,
  "DELETE /config/datastore/{name}": remove,
};
