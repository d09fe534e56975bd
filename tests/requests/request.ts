import type { Site, SiteOptions } from "../site.ts";
import type { Answer, Model, Words } from "./model.ts";

/** What a person asks a model for, and how a model does it. */
export interface Request extends Words {
  /** Working calls at most. */
  readonly bound: number;
  /** How the cluster is when the person asks. */
  readonly prepare?: (site: Site, clock: Clock) => void | Promise<void>;
  readonly pve?: SiteOptions["pve"];
  /** The calls; gives the last answer. */
  readonly play: (model: Model) => Promise<Answer>;
  /** Fails unless that is what was asked for. */
  readonly fulfilled: (site: Site, answer: Answer) => void | Promise<void>;
}

/** How far the server's clock is from the true time. */
export interface Clock {
  shiftMs: number;
}
