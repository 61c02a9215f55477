import { expect, test } from "vitest";
import { distinctBeginnings, shortAttemptId } from "../src/attempt/attempt-id.ts";

const ids = [
  "01a1f935-866a-7000-8000-000000000001",
  "01a1f935-866a-7000-9000-000000000002",
  "01a1f935-866b-7000-8000-000000000003",
];

test("an id is shown by its time", () => {
  expect(shortAttemptId(ids[0] ?? "")).toBe("01a1f935-866a");
});

test("beginnings are as long as it takes to tell the ids apart", () => {
  expect(distinctBeginnings(ids)).toEqual(["01a1f935-866a-7000-8", "01a1f935-866a-7000-9", "01a1f935-866b"]);
});
