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
  return kept === "" ? wanted : `${together(kept)} ${wanted}`;
}

export function hasTerm(filter: string, wanted: string): boolean {
  return ` ${filter} `.includes(` ${wanted} `);
}

/** The filter without the term. */
export function removeTerm(filter: string, unwanted: string): string {
  return ` ${filter} `.replace(` ${unwanted} `, " ").trim();
}

/** The filter so that terms can stand beside it: alternatives are put in parentheses. */
export function together(filter: string): string {
  return hasAlternatives(filter) ? `(${filter})` : filter;
}

/** Whether there is an `OR` outside of quotes and parentheses. */
function hasAlternatives(filter: string): boolean {
  let text = filter.replace(/"(?:[^"\\]|\\.)*"/g, "");
  for (let before = ""; before !== text; ) {
    before = text;
    text = text.replace(/\([^()]*\)/g, "");
  }
  return / OR /.test(text);
}

/** The term that was written last, or null when there is none. */
export function lastTerm(filter: string): string | null {
  return /(?:[^\s"]|"(?:[^"\\]|\\.)*")+$/.exec(filter.trim())?.[0] ?? null;
}
