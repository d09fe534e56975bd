import assert from "node:assert/strict";
import type { ToolName } from "../../../lib/mcp/tools.ts";
import type { ToolCase } from "../tool_case.ts";

const TOKEN = { user: "operator@pve", name: "backup" };
const HELD = { user: "operator@pve", name: "op" };

export const ACCESS = {
  create_proxmox_token: {
    args: { ...TOKEN, expires_days: 30, comment: "nightly" },
    request: ["POST", /^\/access\/users\/operator(?:@|%40)pve\/token\/backup$/],
    refuses: [
      {
        args: { ...TOKEN, user: "operater@pve" },
        code: "not_found",
        text: /there is no Proxmox user operater@pve, only .*\(did you mean operator@pve\?\)/,
      },
      {
        args: HELD,
        code: "conflict",
        text: /there is a token operator@pve!op already: give another name/,
      },
      { args: { ...TOKEN, user: "operator" }, code: "invalid", text: /must be user@realm/ },
      { args: { ...TOKEN, name: "../x" }, code: "invalid", text: /name: must be a letter/ },
    ],
    works: async (value, site) => {
      const made = site.fake.state.tokens.at(-1);
      assert.ok(made);
      assert.deepEqual([made.user, made.name, made.privsep, made.comment], [
        "operator@pve",
        "backup",
        true,
        "nightly",
      ]);
      assert.equal(value.id, "operator@pve!backup");
      assert.equal(value.secret_file, `${site.folder}/secrets/operator@pve!backup`);
      assert.equal(Date.parse(value.expires) / 1000, made.expire);
      assert.match(value.notes[0], /list effective and user operator@pve!backup shows/);
      assert.equal(await Deno.readTextFile(value.secret_file), `${made.value}\n`);
      assert.equal(((await Deno.stat(value.secret_file)).mode ?? 0) & 0o777, 0o600);
    },
  },

  delete_proxmox_token: {
    args: HELD,
    request: ["DELETE", /^\/access\/users\/operator(?:@|%40)pve\/token\/op$/],
    refuses: [
      {
        args: TOKEN,
        code: "not_found",
        text: /there is no token of operator@pve named backup, only op/,
      },
      { args: { ...HELD, user: "x@pve" }, code: "not_found", text: /no Proxmox user x@pve, only/ },
    ],
    works: (value, { fake, folder }) => {
      assert.equal(fake.state.tokens.some(({ name }) => name === "op"), false);
      assert.equal(value.id, "operator@pve!op");
      assert.match(value.notes[0], new RegExp(`a file ${folder}/secrets/operator@pve!op is left`));
    },
  },
} satisfies Partial<Record<ToolName, ToolCase>>;
