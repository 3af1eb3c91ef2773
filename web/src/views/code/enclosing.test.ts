import { expect, it } from "vitest";
import { enclosingFunction } from "./enclosing";

const TEXT = `use std::fmt;

impl Service {
    /// Starts.
    pub async fn start(
        &self,
    ) -> Result<(), Error> {
        self.db.transaction(async |tx| {
            fn inner() {
                work();
            }
            tx.execute().await
        })
    }
}

const fn limit() -> usize {
    7
}
`;

it.each([
  [1, null],
  [4, null],
  [5, "start"],
  [6, "start"],
  [10, "inner"],
  [12, "start"],
  [14, "start"],
  [15, null],
  [18, "limit"],
  [20, null],
  [900, null],
])("line %i is in %s", (line, name) => {
  expect(enclosingFunction(TEXT, line)).toBe(name);
});
