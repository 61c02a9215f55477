import { createReadStream } from "node:fs";
import { RunaError, reasonOf } from "@runa/engine";
import { MAX_BYTES } from "@runa/engine/schema";
import { inputIsJson, inputTooLong, inputUnreadable } from "../messages.ts";

/**
 * All bytes of a file, or of stdin where there is none or it is called `-`. A pipe and a device are read like a file, and no
 * more of them than an artifact may hold.
 * @throws RunaError
 */
export async function bytesOf(file: string | undefined): Promise<Buffer> {
  const fromStdin = file === undefined || file === "-";
  const name = fromStdin ? "stdin" : file;
  const stream = fromStdin ? process.stdin : createReadStream(file);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      size += chunk.length;
      // Leaving the loop closes the stream.
      if (size > MAX_BYTES) break;
      chunks.push(chunk);
    }
  } catch (error) {
    throw new RunaError(/^\s*[{[]/.test(name) ? inputIsJson() : inputUnreadable(name, reasonOf(error)));
  }
  if (size > MAX_BYTES) throw new RunaError(inputTooLong(name, MAX_BYTES / 1024 ** 2));
  return Buffer.concat(chunks);
}
