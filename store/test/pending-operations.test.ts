import { expect, test } from "vitest";
import { type Operation, pendingOperations, putPending, removePending } from "../src/record/pending-operation-table.ts";
import { id, Rig } from "./rig.ts";

const operation = (kind: Operation["kind"]) => ({ kind, attempt: "attempt-1", type: "note", id: id("attempt-1") });

test.each([
  ["archive", "audit", "audit"],
  ["audit", "archive", "audit"],
  ["audit", "audit", "audit"],
  ["archive", "archive", "archive"],
  ["withdraw", "supersede", "withdraw"],
] as const)("put down as %s, then as %s: what is to be done is %s", (first, then, left) => {
  const { connection } = new Rig().store;
  for (const kind of [first, then]) connection.write(() => putPending(connection, operation(kind)));
  expect(pendingOperations(connection)).toEqual([operation(left)]);
});

test("whoever read that a record is to be moved away takes back nothing that came in its place", () => {
  const { connection } = new Rig().store;
  connection.write(() => putPending(connection, operation("archive")));
  const [read] = pendingOperations(connection);
  connection.write(() => putPending(connection, operation("audit")));
  expect(connection.write(() => removePending(connection, read ?? operation("withdraw")))).toBe(false);
  expect(pendingOperations(connection)).toEqual([operation("audit")]);
  expect(connection.write(() => removePending(connection, operation("audit")))).toBe(true);
  expect(pendingOperations(connection)).toEqual([]);
});
