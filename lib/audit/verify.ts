import type { Queryable, Row } from "../database/database.ts";
import { expectedHash, GENESIS_HASH } from "./chain.ts";
import { type Checkpoint, checkpointOf } from "./checkpoint.ts";
import type { AuditProblem, AuditVerification } from "./row.ts";

const ROWS_PER_PAGE = 500;
const MAX_PROBLEMS = 100;

/** A row whose predecessor in the table is not the one that it names. */
interface BrokenLink {
  readonly seq: number;
  readonly previousHash: string;
}

/**
 * Walks the trail from its first to its last row, each hashed by its own format. An edited row does not
 * fit its own hash, a removed one leaves a gap in `seq` (or falls short of the head), and one out of
 * order names another predecessor. What stands before the first row must be signed for by a checkpoint further on.
 */
export async function verifyChain(tx: Queryable, columns: string): Promise<AuditVerification> {
  const problems: AuditProblem[] = [];
  const broken: BrokenLink[] = [];
  const checkpoints: Checkpoint[] = [];
  let first: Row | null = null;
  let last: Row | null = null;
  let rows = 0;
  for await (const row of readRows(tx, columns)) {
    rows++;
    const hash = expectedHash(row);
    const intact = hash === row.hash;
    if (!intact) add(problems, hash === null ? unknownRow(row) : editedRow(seqOf(row)));
    const checkpoint = intact ? checkpointOf(row) : null;
    if (checkpoint !== null) checkpoints.push(checkpoint);
    if (last !== null) compare(last, { row, problems, broken });
    first ??= row;
    last = row;
  }
  if (first !== null) checkStart(first, { checkpoints, problems });
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
  const format = Number(row.format);
  const message = `row ${seqOf(row)} has format ${format}, which this program does not know`;
  return { seq: seqOf(row), kind: "unknown", message };
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
