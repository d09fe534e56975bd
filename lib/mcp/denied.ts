import { AppError } from "../errors.ts";

/** A call that policy, scope, limits or a person refused. */
export class Denied extends AppError {
  constructor(message: string) {
    super("forbidden", message);
  }
}
