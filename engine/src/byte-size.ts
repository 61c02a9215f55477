const BYTES: Readonly<Record<string, number>> = { kB: 1e3, MB: 1e6, GB: 1e9 };

/** How a size is written, for errors about one that is not. */
export const SIZE_FORM = 'a size such as "500kB", "64MB" or "2GB"';

/** Bytes in a size such as `500kB`, `64MB` or `1.5GB`, in powers of 1000. Null for anything else, nothing at all included. */
export function parseSize(text: string): number | null {
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)(kB|MB|GB)$/.exec(text) ?? [];
  const bytes = Math.round(Number(amount) * (BYTES[unit] ?? Number.NaN));
  return bytes >= 1 && Number.isSafeInteger(bytes) ? bytes : null;
}
