const UNITS: readonly [string, number][] = [
  ["GB", 1e9],
  ["MB", 1e6],
  ["kB", 1e3],
];

/** A number of bytes as people say it: `12 bytes`, `1.4 kB`, `38 MB`. */
export function sizeText(bytes: number): string {
  const [unit, size] = UNITS.find(([, least]) => bytes >= least) ?? ["", 1];
  if (unit === "") return `${bytes} ${bytes === 1 ? "byte" : "bytes"}`;
  const amount = bytes / size;
  return `${amount < 10 ? amount.toFixed(1) : Math.floor(amount)} ${unit}`;
}
