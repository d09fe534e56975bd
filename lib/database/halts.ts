import type { Database, Row } from "./database.ts";
import { Remembered } from "./remembered.ts";
import { textOf } from "./values.ts";

/** That no change is made until somebody says so. */
export interface Halt {
  readonly by: string;
  /** Empty when none was given. */
  readonly reason: string;
  readonly since: Date;
}

/** The halt of all changes, by every instance on one database. */
export interface Halts {
  /** The halt that is in force. */
  find(): Promise<Halt | undefined>;
  /** Begins one; one that is in force stays as it is. Gives what is in force now. */
  begin(halt: Halt): Promise<Halt>;
  /** Ends it and gives what was in force. */
  end(): Promise<Halt | undefined>;
}

/** In the database; of this process only where that refuses tables of the program's own. */
export function haltsOf(database: Database): Halts {
  return database.ownTables ? new SharedHalts(database) : new OwnHalts();
}

const COLUMNS = "halted_by, reason, since";
const FIND = `SELECT ${COLUMNS} FROM proxmox_mcp_halt`;
/** What a halt is kept in. */
export const HALT_TABLES = ["proxmox_mcp_halt"];
/** Whether there is one, as a part of a statement. */
export const IS_HALTED = "EXISTS (SELECT 1 FROM proxmox_mcp_halt)";
const BEGIN = `INSERT INTO proxmox_mcp_halt (id, ${COLUMNS}) VALUES (1, $1, $2, $3)
  ON CONFLICT (id) DO NOTHING`;
const END = `DELETE FROM proxmox_mcp_halt RETURNING ${COLUMNS}`;

/** Of what is changed: there is one halt, of everything. */
const ALL = "all";

class SharedHalts implements Halts {
  readonly #database: Database;
  readonly #found: Remembered<Row[]>;

  constructor(database: Database) {
    this.#database = database;
    this.#found = new Remembered(database, async () => new Map([[ALL, await database.ask(FIND)]]));
  }

  async find(): Promise<Halt | undefined> {
    return haltOf(await this.#found.find(ALL) ?? []);
  }

  begin(halt: Halt): Promise<Halt> {
    const { by, reason, since } = halt;
    return this.#database.transaction(async (tx) => {
      await tx.all(BEGIN, [by, reason, since.getTime()]);
      return haltOf(await tx.all(FIND)) ?? halt;
    });
  }

  async end(): Promise<Halt | undefined> {
    return haltOf(await this.#database.transaction((tx) => tx.all(END)));
  }
}

function haltOf([row]: readonly Row[]): Halt | undefined {
  return row && {
    by: textOf(row.halted_by),
    reason: textOf(row.reason),
    since: new Date(Number(row.since)),
  };
}

class OwnHalts implements Halts {
  #halt: Halt | undefined;

  find(): Promise<Halt | undefined> {
    return Promise.resolve(this.#halt);
  }

  begin(halt: Halt): Promise<Halt> {
    return Promise.resolve(this.#halt ??= halt);
  }

  end(): Promise<Halt | undefined> {
    const ended = this.#halt;
    this.#halt = undefined;
    return Promise.resolve(ended);
  }
}
