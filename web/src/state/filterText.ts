/** Editing a filter of the filter language by its terms, without parsing it: the server does that. */

/** `key:value` as the filter language writes it, quoted where it must be. */
export function term(key: string, value: string | number | boolean, negated = false): string {
  const text = String(value);
  const plain = /^[\w./-]+$/.test(text) && !/^(OR|AND|NOT)$/.test(text);
  const written = plain ? text : `"${text.replace(/(["\\])/g, "\\$1")}"`;
  return `${negated ? "-" : ""}${key}:${written}`;
}

/** The filter with the term added; the term's opposite, if it was there, is taken out. */
export function withTerm(
  filter: string,
  key: string,
  value: string | number | boolean,
  negated = false,
): string {
  const wanted = term(key, value, negated);
  const opposite = term(key, value, !negated);
  const kept = removeTerm(filter, opposite);
  if (hasTerm(kept, wanted)) return kept;
  return kept === "" ? wanted : `${needsParentheses(kept) ? `(${kept})` : kept} ${wanted}`;
}

export function hasTerm(filter: string, wanted: string): boolean {
  return ` ${filter} `.includes(` ${wanted} `);
}

/** The filter without the term. */
export function removeTerm(filter: string, unwanted: string): string {
  return ` ${filter} `.replace(` ${unwanted} `, " ").trim();
}

/** `a OR b` must be kept together when something is added to it. */
function needsParentheses(filter: string): boolean {
  return / OR /.test(filter.replace(/"[^"]*"/g, "")) && !/^\(.*\)$/.test(filter);
}

/** The term that was written last, or null when there is none. */
export function lastTerm(filter: string): string | null {
  return /(?:[^\s"]|"(?:[^"\\]|\\.)*")+$/.exec(filter.trim())?.[0] ?? null;
}
