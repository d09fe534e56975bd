import type { Database, Row } from "../database/database.ts";
import { textOf } from "../database/values.ts";
import { AppError } from "../errors.ts";
import type { UserRecord } from "./accounts.ts";
import { USER_QUERY } from "./queries.ts";
import { userOf } from "./rows.ts";

/** What proves who somebody is without a password. */
export interface Passkey {
  readonly id: number;
  readonly userId: number;
  /** The authenticator's own name of it, base64url. */
  readonly credentialId: string;
  /** COSE, base64url. */
  readonly publicKey: string;
  /** How often the authenticator says it was used; 0 where it does not count. */
  readonly counter: number;
  readonly transports: readonly string[];
  readonly name: string;
  readonly createdAt: Date;
  readonly lastUsed: Date | null;
}

export type NewPasskey = Omit<Passkey, "id" | "lastUsed">;

/** More are of no use to a person, and a list that anybody can grow has an end. */
const MOST_OF_USER = 20;

const COLUMNS = "user_id, credential_id, public_key, counter, transports, name, created_at";
const INSERT = `INSERT INTO proxmox_mcp_passkey (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)`;
const SELECT = `SELECT id, ${COLUMNS}, last_used FROM proxmox_mcp_passkey`;
const USE = `UPDATE proxmox_mcp_passkey SET counter = $1, last_used = $2
  WHERE id = $3 AND counter = $4 RETURNING id`;
const REMOVE = "DELETE FROM proxmox_mcp_passkey WHERE id = $1 AND user_id = $2 RETURNING name";

/** Users' passkeys. Every method rejects as the database does where that lacks the table. */
export class Passkeys {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async ofUser(userId: number): Promise<Passkey[]> {
    return (await this.#database.all(`${SELECT} WHERE user_id = $1 ORDER BY id`, [userId]))
      .map(passkeyOf);
  }

  /** With whom it belongs to, active or not. */
  async find(credentialId: string): Promise<{ passkey: Passkey; user: UserRecord } | undefined> {
    const [row] = await this.#database.all(`${SELECT} WHERE credential_id = $1`, [credentialId]);
    if (row === undefined) return undefined;
    const passkey = passkeyOf(row);
    const [user] = await this.#database.all(`${USER_QUERY} WHERE u.id = $1`, [passkey.userId]);
    return user === undefined ? undefined : { passkey, user: userOf(user) };
  }

  /** @throws AppError `conflict` when it is known, or the user has 20 */
  async add(passkey: NewPasskey): Promise<void> {
    const { userId, credentialId, publicKey, counter, transports, name, createdAt } = passkey;
    await this.#database.transaction(async (tx) => {
      const held = await tx.all(`${SELECT} WHERE user_id = $1`, [userId]);
      if (held.length >= MOST_OF_USER) {
        throw new AppError("conflict", `Cannot add a passkey: there are ${MOST_OF_USER} already`);
      }
      const kept = JSON.stringify(transports);
      const at = createdAt.getTime();
      await tx.all(INSERT, [userId, credentialId, publicKey, counter, kept, name, at]);
    });
  }

  /** Notes a use; false when another one came first, as when there are two copies of the key. */
  async used(
    { id, counter }: Passkey,
    { counter: next, at }: { counter: number; at: Date },
  ): Promise<boolean> {
    return await this.#database.transaction(async (tx) =>
      (await tx.all(USE, [next, at.getTime(), id, counter])).length > 0
    );
  }

  /** Gives its name; undefined where the user has none of this id. */
  async remove(id: number, userId: number): Promise<string | undefined> {
    return await this.#database.transaction(async (tx) => {
      const [row] = await tx.all(REMOVE, [id, userId]);
      return row === undefined ? undefined : textOf(row.name);
    });
  }
}

function passkeyOf(row: Row): Passkey {
  return {
    id: Number(row.id),
    userId: Number(row.user_id),
    credentialId: textOf(row.credential_id),
    publicKey: textOf(row.public_key),
    counter: Number(row.counter),
    transports: JSON.parse(textOf(row.transports)),
    name: textOf(row.name),
    createdAt: new Date(Number(row.created_at)),
    lastUsed: row.last_used === null ? null : new Date(Number(row.last_used)),
  };
}
