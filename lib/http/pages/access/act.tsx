import type { Child } from "hono/jsx";
import { Csrf, type Visitor } from "../layout.tsx";

/** A form of the page that wishes one thing. */
export function Act(
  { visitor, wish, id, children }: {
    visitor: Visitor;
    wish: string;
    id?: number;
    children?: Child;
  },
) {
  return (
    <form method="post" action="/my-access">
      <Csrf visitor={visitor} />
      <input type="hidden" name="do" value={wish} />
      {id === undefined ? null : <input type="hidden" name="id" value={String(id)} />}
      {children}
    </form>
  );
}
