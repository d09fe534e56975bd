import { garbled } from "./failures.ts";
import { parseLetters } from "./letters.ts";
import { isRecord } from "./values.ts";

/**
 * What Proxmox answers always has `data`: anything else comes from somewhere else, and throws.
 *
 * @param path what answered: what an agent gives is bytes, and stays so
 */
export function parsed(
  body: string,
  path: string,
): { data: unknown; errors?: unknown; total?: unknown; changes?: unknown } {
  let answer: unknown;
  try {
    answer = path.includes("/agent/") ? JSON.parse(body) : parseLetters(body);
  } catch (cause) {
    throw garbled("Proxmox's answer was cut off or is not JSON", cause);
  }
  if (isRecord(answer) && "data" in answer) return { data: answer.data, ...answer };
  throw garbled("what was answered is no answer of Proxmox's API: it holds no data");
}
