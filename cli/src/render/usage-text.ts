/** US dollars; of small sums more digits: `1.25 USD`, `0.0213 USD`. */
export function usdText(usd: number): string {
  return `${usd !== 0 && usd < 0.1 ? usd.toFixed(4) : usd.toFixed(2)} USD`;
}

/** A number of tokens, in thousands or millions where it is large: `812`, `45.2k`, `1.3M`. */
export function tokensText(tokens: number): string {
  if (tokens < 10_000) return `${Math.round(tokens)}`;
  if (tokens < 999_950) return `${(tokens / 1000).toFixed(1)}k`;
  return `${(tokens / 1_000_000).toFixed(1)}M`;
}
