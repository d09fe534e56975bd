import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import { describeApiMethod } from "../lib/proxmox/apidoc/manual.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "describe_api",
  title: "Describe a Proxmox API path",
  description: "Describes the methods of one API path, or one of them with its parameters.",
  scope: "user",
  hints: READS,
  subject: "cluster",
  privileges: [],
  input: z.strictObject({
    path: z.string().max(500).describe("/nodes/{node}/qemu or a concrete one"),
    method: z.enum(["GET", "POST", "PUT", "DELETE"]).optional(),
  }),
  output: z.object({
    path: z.string(),
    methods: z.array(z.looseObject({ method: z.string(), description: z.string() })),
  }),
  action: ({ path }) => `describe ${path}`,
  run: async (input, { pve }) => {
    const { path, methods } = (await pve.apiDescription()).match(input.path);
    if (input.method === undefined && methods.length > 1) {
      const brief = methods.map(({ method, description }) => ({ method, description }));
      return { path, methods: brief };
    }
    const wanted = methods.filter(({ method }) => method === (input.method ?? method));
    if (wanted.length > 0) {
      return {
        path,
        methods: wanted.map((each) => describeApiMethod(each, pve.advice)),
      };
    }
    const offered = methods.map(({ method }) => method).join(", ");
    throw new AppError("not_found", `${path} has no ${input.method}; it has ${offered}`);
  },
});
