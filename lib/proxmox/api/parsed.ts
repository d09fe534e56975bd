import { garbled } from "./failures.ts";
import { isRecord } from "./values.ts";

/** What Proxmox answers always has `data`: anything else comes from somewhere else, and throws. */
export function parsed(
  body: string,
): { data: unknown; errors?: unknown; total?: unknown; changes?: unknown } {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch (cause) {
    throw garbled("Proxmox's answer was cut off or is not JSON", cause);
  }
  if (isRecord(answer) && "data" in answer) return { data: answer.data, ...answer };
  throw garbled("what was answered is no answer of Proxmox's API: it holds no data");
}
