import type { Queryable, Row } from "../database/database.ts";
import { expectedHash, GENESIS_HASH, keyIdOf } from "./chain.ts";
import { type Checkpoint, checkpointOf } from "./checkpoint.ts";
import type { TrailHead } from "./head.ts";
import type { AuditKey } from "./key.ts";
import type { AuditProblem, AuditVerification } from "./row.ts";

const ROWS_PER_PAGE = 500;
const MAX_PROBLEMS = 100;

/** A row whose predecessor in the table is not the one that it names. */
interface BrokenLink {
  readonly seq: number;
  readonly previousHash: string;
}

/** What the trail is held against. */
export interface Expected {
  /** The columns to read. */
  readonly columns: string;
  /** What rows are signed with now. */
  readonly key: AuditKey | null;
  /** A head that was kept elsewhere. */
  readonly kept: TrailHead | null;
}

/**
 * Walks the trail from its first to its last row, each hashed by its own format. An edited row does not
 * fit its own hash, a removed one leaves a gap in `seq` (or falls short of the head), and one out of
 * order names another predecessor. What stands before the first row must be signed for by a checkpoint further on.
 * Once a row is signed by a key all that follow must be, and with a key given the last one too: else who
 * has no key could write the rest anew without.
 */
export async function verifyChain(tx: Queryable, expected: Expected): Promise<AuditVerification> {
  const { columns, key, kept } = expected;
  const problems: AuditProblem[] = [];
  const broken: BrokenLink[] = [];
  const checkpoints: Checkpoint[] = [];
  let first: Row | null = null;
  let last: Row | null = null;
  let keyed = false;
  let rows = 0;
  for await (const row of readRows(tx, columns)) {
    rows++;
    const hash = expectedHash(row, key);
    const intact = hash === row.hash;
    if (!intact) add(problems, hash === null ? unknownRow(row) : editedRow(seqOf(row)));
    if (keyed && keyIdOf(row) === "") add(problems, unsignedRow(row));
    keyed ||= keyIdOf(row) !== "";
    if (seqOf(row) === kept?.seq && row.hash !== kept.hash) {
      add(problems, otherRow(seqOf(row)));
    }
    const checkpoint = intact ? checkpointOf(row) : null;
    if (checkpoint !== null) checkpoints.push(checkpoint);
    if (last !== null) compare(last, { row, problems, broken });
    first ??= row;
    last = row;
  }
  if (first !== null) checkStart(first, { checkpoints, problems });
  if (last !== null && key !== null && !keyed) add(problems, unsignedRow(last));
  if (kept !== null) checkKept(kept, { first, last, checkpoints, problems });
  for (const problem of await misplaced(tx, broken)) add(problems, problem);
  await checkHead(tx, { last, problems });
  problems.sort((a, b) => a.seq - b.seq);
  const [from, to] = [first, last].map((row) => row === null ? null : seqOf(row));
  return { ok: problems.length === 0, rows, first: from ?? null, last: to ?? null, problems };
}

async function* readRows(tx: Queryable, columns: string): AsyncGenerator<Row> {
  const query = `SELECT ${columns} FROM proxmox_mcp_audit WHERE seq > $1
    ORDER BY seq LIMIT ${ROWS_PER_PAGE}`;
  let after = -1;
  while (true) {
    const page = await tx.all(query, [after]);
    yield* page;
    const end = page.at(-1);
    if (end === undefined || page.length < ROWS_PER_PAGE) return;
    after = seqOf(end);
  }
}

function compare(
  last: Row,
  { row, problems, broken }: { row: Row; problems: AuditProblem[]; broken: BrokenLink[] },
): void {
  const seq = seqOf(row);
  const expected = seqOf(last) + 1;
  if (seq !== expected) add(problems, removedRows(expected, seq - 1));
  else if (row.previous_hash !== last.hash && broken.length < MAX_PROBLEMS) {
    broken.push({ seq, previousHash: String(row.previous_hash) });
  }
}

function checkStart(
  first: Row,
  { checkpoints, problems }: { checkpoints: readonly Checkpoint[]; problems: AuditProblem[] },
): void {
  const before = seqOf(first) - 1;
  if (before === 0 && first.previous_hash === GENESIS_HASH) return;
  const signed = checkpoints.some(({ through, hash }) =>
    through === before && hash === first.previous_hash
  );
  if (!signed) add(problems, before < 1 ? misplacedRow(seqOf(first)) : removedRows(1, before));
}

/** A head kept elsewhere must be in the trail, or be what a checkpoint signs for. */
function checkKept(
  kept: TrailHead,
  { first, last, checkpoints, problems }: {
    first: Row | null;
    last: Row | null;
    checkpoints: readonly Checkpoint[];
    problems: AuditProblem[];
  },
): void {
  const { seq, hash } = kept;
  const lastSeq = last === null ? 0 : seqOf(last);
  if (seq > lastSeq) add(problems, removedRows(lastSeq + 1, seq));
  if (first === null || seq === 0 || seq >= seqOf(first)) return;
  const signed = checkpoints.some((checkpoint) =>
    checkpoint.through === seq && checkpoint.hash === hash
  );
  if (!signed) add(problems, prunedRow(seq));
}

/** The head remembers the last row, so that rows cut off the end are missed too. */
async function checkHead(
  tx: Queryable,
  { last, problems }: { last: Row | null; problems: AuditProblem[] },
): Promise<void> {
  const [head] = await tx.all("SELECT seq, hash FROM proxmox_mcp_audit_head WHERE id = 1");
  const lastSeq = last === null ? 0 : seqOf(last);
  const headSeq = head === undefined ? 0 : seqOf(head);
  if (lastSeq < headSeq) add(problems, removedRows(lastSeq + 1, headSeq));
  const added = lastSeq > headSeq ||
    (last !== null && lastSeq === headSeq && last.hash !== head?.hash);
  if (added && !problems.some(({ seq }) => seq === lastSeq)) add(problems, editedRow(lastSeq));
}

/**
 * Which rows stand elsewhere than they were written. A row's true place is one after that of the row it
 * names as its predecessor; where no such row exists, the one before it was replaced.
 */
async function misplaced(tx: Queryable, broken: readonly BrokenLink[]): Promise<AuditProblem[]> {
  const predecessors = new Map<number, number | null>();
  for (const { seq, previousHash } of broken) {
    const query = "SELECT seq FROM proxmox_mcp_audit WHERE hash = $1 ORDER BY seq LIMIT 1";
    const [found] = await tx.all(query, [previousHash]);
    predecessors.set(seq, found === undefined ? null : seqOf(found));
  }
  return broken.flatMap(({ seq }) => {
    if (predecessors.get(seq) === null) return [replacedRow(seq - 1)];
    return truePlace(seq, predecessors) === seq ? [] : [misplacedRow(seq)];
  });
}

function truePlace(seq: number, predecessors: ReadonlyMap<number, number | null>): number | null {
  let place = seq;
  for (let steps = 0; steps <= predecessors.size; steps++) {
    const predecessor = predecessors.get(place);
    if (predecessor === undefined) return place + steps;
    if (predecessor === null) return null;
    place = predecessor;
  }
  return null;
}

/** One problem per row is enough. */
function add(problems: AuditProblem[], problem: AuditProblem): void {
  const known = problems.some(({ seq }) => seq === problem.seq);
  if (!known && problems.length < MAX_PROBLEMS) problems.push(problem);
}

function seqOf(row: Row): number {
  return Number(row.seq);
}

function editedRow(seq: number): AuditProblem {
  return { seq, kind: "edited", message: `row ${seq} was edited` };
}

function unknownRow(row: Row): AuditProblem {
  const keyId = keyIdOf(row);
  if (keyId !== "") {
    const message = `row ${seqOf(row)} was signed by the key ${keyId}, which is not given`;
    return { seq: seqOf(row), kind: "unknown", message };
  }
  const format = Number(row.format);
  const message = `row ${seqOf(row)} has format ${format}, which this program does not know`;
  return { seq: seqOf(row), kind: "unknown", message };
}

function unsignedRow(row: Row): AuditProblem {
  const message = `row ${seqOf(row)} was written without the key`;
  return { seq: seqOf(row), kind: "edited", message };
}

function otherRow(seq: number): AuditProblem {
  return { seq, kind: "edited", message: `row ${seq} is not the one whose head was kept` };
}

function prunedRow(seq: number): AuditProblem {
  const message = `row ${seq}, whose head was kept, was removed: keep one that is newer`;
  return { seq, kind: "removed", message };
}

function replacedRow(seq: number): AuditProblem {
  const message = `row ${seq} was edited, or rows after it were removed`;
  return { seq, kind: "edited", message };
}

function misplacedRow(seq: number): AuditProblem {
  return { seq, kind: "reordered", message: `row ${seq} is not where it was written` };
}

function removedRows(from: number, to: number): AuditProblem {
  const message = from === to ? `row ${from} was removed` : `rows ${from} to ${to} were removed`;
  return { seq: from, kind: "removed", message };
}
