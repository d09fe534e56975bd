import type { Scope } from "../auth/scope.ts";
import { AppError } from "../errors.ts";

/** A call that policy, scope, limits or a person refused. */
export class Denied extends AppError {
  constructor(message: string) {
    super("forbidden", message);
  }
}

/** A call of a tool that needs more than the caller's scope. */
export class ScopeLacking extends Denied {
  readonly needed: Scope;

  constructor(message: string, needed: Scope) {
    super(message);
    this.needed = needed;
  }
}
