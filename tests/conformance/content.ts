import type { CallToolResult, ServerContext } from "@modelcontextprotocol/server";
import type { Run } from "./asking.ts";
import { audio, embedded, image, text } from "./samples.ts";

const choices = (key: string) => [1, 2, 3].map((at) => ({ const: `${key}${at}`, title: `${at}` }));
const options = ["option1", "option2", "option3"];

/** Tools of the suite whose answers hold more than text, or that ask in the way of 2025-11-25. */
export const CONTENT: Readonly<Record<string, Run>> = {
  test_image_content: answers(image),
  test_audio_content: answers(audio),
  test_embedded_resource: answers(embedded("test://embedded-resource")),
  test_multiple_content_types: answers(
    text("Several kinds"),
    image,
    embedded("test://mixed-content-resource"),
  ),
  test_tool_with_logging: async (context) => {
    for (const data of ["started", "under way", "ended"]) {
      await context.mcpReq.notify({
        method: "notifications/message",
        params: { level: "info", data },
      });
    }
    return { content: [text("Logged")] };
  },
  test_logging_tool: async (context) => {
    await context.mcpReq.log("info", "for who has asked for it");
    return { content: [text("Logged")] };
  },
  test_sampling: async (context, { args }) => {
    const messages = [{ role: "user" as const, content: text(String(args.prompt)) }];
    const params = { messages, maxTokens: 100 };
    const answer = await context.mcpReq.send({ method: "sampling/createMessage", params });
    return { content: [text(`LLM response: ${JSON.stringify(answer)}`)] };
  },
  test_elicitation: (context, { args }) =>
    elicitation(context, String(args.message), {
      response: { type: "string", description: "What the user says" },
    }),
  test_elicitation_sep1034_defaults: (context) =>
    elicitation(context, "Look at the defaults", {
      name: { type: "string", default: "John Doe" },
      age: { type: "integer", default: 30 },
      score: { type: "number", default: 95.5 },
      status: { type: "string", enum: ["active", "inactive", "pending"], default: "active" },
      verified: { type: "boolean", default: true },
    }),
  test_elicitation_sep1330_enums: (context) =>
    elicitation(context, "Choose", {
      untitledSingle: { type: "string", enum: options },
      titledSingle: { type: "string", oneOf: choices("value") },
      legacyEnum: {
        type: "string",
        enum: ["opt1", "opt2", "opt3"],
        enumNames: ["Option One", "Option Two", "Option Three"],
      },
      untitledMulti: { type: "array", items: { type: "string", enum: options } },
      titledMulti: { type: "array", items: { anyOf: choices("value") } },
    }),
};

function answers(...content: CallToolResult["content"]): Run {
  return () => Promise.resolve({ content });
}

async function elicitation(
  context: ServerContext,
  message: string,
  // deno-lint-ignore no-explicit-any -- the suite wants every kind of property that a form may have
  properties: Record<string, any>,
): Promise<CallToolResult> {
  const params = { message, requestedSchema: { type: "object" as const, properties } };
  const { action, content } = await context.mcpReq.send({ method: "elicitation/create", params });
  return { content: [text(`User response: action=${action} ${JSON.stringify(content)}`)] };
}
