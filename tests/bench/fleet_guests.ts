/** Guests of each cluster of the fleet, with the twelve that every simulated cluster has. */
export const GUESTS_OF_EACH = 100;
const FIRST = 1_000;
const OWN = GUESTS_OF_EACH - 12;

/** The vmid of one of a cluster's own guests. */
export function vmidOf(cluster: number, guest: number): number {
  return FIRST + cluster * GUESTS_OF_EACH + guest % OWN;
}

/** The vmid of one of a cluster's own VMs that do not run: every second guest runs, every fifth is a container. */
export function stoppedOf(cluster: number, vm: number): number {
  return vmidOf(cluster, vm % 8 * 10 + vm % 4 * 2 + 1);
}

/** What the configuration calls a cluster. */
export function nameOf(cluster: number): string {
  return `c${String(cluster).padStart(2, "0")}`;
}

/** A text about the first cluster's guests as one about another's; with a negative index, back again. */
export function vmidIn(text: string, cluster: number): string {
  const shift = cluster * GUESTS_OF_EACH;
  const least = shift < 0 ? FIRST - shift : FIRST;
  return text.replaceAll(/(?<![\d.])\d{4,5}(?![\d.])/g, (digits) => {
    const vmid = Number(digits);
    return vmid >= least && vmid < least + OWN ? String(vmid + shift) : digits;
  });
}
