import { execFileSync } from "node:child_process";
import { createPrivateKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { readPublicKey } from "../src/signature/public-key.ts";
import { readSignature } from "../src/signature/sshsig.ts";
import { verifySignature } from "../src/signature/verify.ts";
import { wireString } from "../src/signature/wire.ts";
import { Disk } from "./support/disk.ts";
import {
  armored,
  block,
  bytesIn,
  makeKey,
  NAMESPACE,
  PretendedHardwareKey,
  publicLine,
  signedBy,
  sshKeygenVerifies,
} from "./support/ssh.ts";

const disk = new Disk();
afterAll(() => disk[Symbol.dispose]());

const MESSAGE = '{"decision":"approved","note":"größer als 1.0"}';

/** What a signature of the message comes to. */
function verdict(text: string, message = MESSAGE): string {
  const signature = readSignature(text);
  return "kind" in signature ? `${signature.kind}: ${signature.why}` : verifySignature(message, signature);
}

const TYPES = ["ed25519", "ecdsa:256", "ecdsa:384", "ecdsa:521", "rsa:2048", "rsa:4096"];
const KEYS = new Map(TYPES.map((type) => [type, makeKey(disk.path, type.replace(":", "-"), type)]));
const SIGNED = new Map(TYPES.map((type) => [type, signedBy(KEYS.get(type) ?? "", MESSAGE)]));
const HARDWARE = [
  new PretendedHardwareKey("sk-ssh-ed25519@openssh.com"),
  new PretendedHardwareKey("sk-ecdsa-sha2-nistp256@openssh.com"),
];

describe.each(TYPES)("a signature that ssh-keygen made with a key of %s", (type) => {
  const file = KEYS.get(type) ?? "";
  const text = SIGNED.get(type) ?? "";

  test("is good for its message and no other, with either hash", () => {
    expect(verdict(text)).toBe("good");
    expect(verdict(text, `${MESSAGE} `)).toBe("bad");
    expect(verdict(signedBy(file, MESSAGE, { hash: "sha256" }))).toBe("good");
  });

  test("tells its key as the .pub file and ssh-keygen -l do, and what it was made for", () => {
    const signature = readSignature(text);
    const shown = execFileSync("ssh-keygen", ["-l", "-f", `${file}.pub`], { encoding: "utf8" }).split(" ")[1];
    expect(readPublicKey(publicLine(file))).toMatchObject({ key: { fingerprint: shown } });
    expect(signature).toMatchObject({
      namespace: NAMESPACE,
      key: { fingerprint: shown, text: publicLine(file).split(" ").slice(0, 2).join(" ") },
    });
  });
});

describe.each(HARDWARE)("a signature of a hardware key: $line", (key) => {
  test.each([1, 5])("is good when it was touched (flags %i), as ssh-keygen says too", (flags) => {
    const text = key.sign(MESSAGE, flags);
    expect(verdict(text)).toBe("good");
    expect(sshKeygenVerifies(disk.path, key.line, MESSAGE, text)).toBe(true);
    expect(verdict(text, "another")).toBe("bad");
    expect(sshKeygenVerifies(disk.path, key.line, "another", text)).toBe(false);
  });

  test.each([0, 4])("is not taken without a touch (flags %i), although ssh-keygen takes it", (flags) => {
    const text = key.sign(MESSAGE, flags);
    expect(sshKeygenVerifies(disk.path, key.line, MESSAGE, text)).toBe(true);
    expect(verdict(text)).toBe("untouched");
  });
});

test("another flag, counter or key than was signed is noticed", () => {
  for (const key of HARDWARE) {
    const bytes = bytesIn(key.sign(MESSAGE, 1));
    for (const back of [1, 5]) {
      const changed = Buffer.from(bytes);
      changed[changed.length - back] = (changed[changed.length - back] ?? 0) ^ 4;
      expect(verdict(block(changed))).toBe("bad");
    }
  }
});

/** The blob of a key's `.pub` file. */
function blobOf(file: string): Buffer {
  return Buffer.from(publicLine(file).split(" ")[1] ?? "", "base64");
}

describe("refused are", () => {
  const rsa = KEYS.get("rsa:2048") ?? "";

  test("RSA with SHA-1", () => {
    execFileSync("ssh-keygen", ["-q", "-p", "-m", "PEM", "-N", "", "-f", rsa]);
    const key = createPrivateKey(readFileSync(rsa));
    const bytes = sign("sha1", Buffer.from(MESSAGE), key);
    const text = armored(blobOf(rsa), Buffer.concat([wireString("ssh-rsa"), wireString(bytes)]));
    expect(verdict(text)).toBe("unsupported: it is made by 'ssh-rsa' with a key of ssh-rsa");
  });

  test("an algorithm of another key", () => {
    const text = armored(blobOf(rsa), Buffer.concat([wireString("ssh-ed25519"), wireString(Buffer.alloc(64))]));
    expect(verdict(text)).toBe("unsupported: it is made by 'ssh-ed25519' with a key of ssh-rsa");
  });

  test("RSA keys below 2048 bits", () => {
    const weak = makeKey(disk.path, "weak", "rsa:1024");
    const says = "has 1024 bits: RSA keys need 2048 or more";
    expect(readPublicKey(publicLine(weak))).toEqual({ problem: says });
    expect(verdict(signedBy(weak, MESSAGE))).toBe(`unsupported: the key ${says}`);
  });

  test("a signature of another length, and anything behind it, at each depth", () => {
    const blob = blobOf(KEYS.get("ed25519") ?? "");
    const of = (size: number, behind = "") =>
      verdict(
        armored(blob, Buffer.concat([wireString("ssh-ed25519"), wireString(Buffer.alloc(size)), Buffer.from(behind)])),
      );
    expect(of(64)).toBe("bad");
    expect(of(63)).toBe("malformed: its signature has 63 bytes where 64 belong");
    expect(of(65)).toBe("malformed: its signature has 65 bytes where 64 belong");
    expect(of(64, "x")).toBe("malformed: 1 bytes too many stand at its end");
    const whole = bytesIn(SIGNED.get("ed25519") ?? "");
    expect(verdict(block(Buffer.concat([whole, Buffer.of(0)])))).toBe("malformed: 1 bytes too many stand at its end");
    expect(verdict(block(whole.subarray(0, -1)))).toBe("malformed: it ends too early");
  });

  test.each([
    { title: "text around it", change: (text: string) => `hello\n${text}` },
    { title: "text behind it", change: (text: string) => `${text}hello\n` },
    { title: "two of them", change: (text: string) => text + text },
    { title: "no end", change: (text: string) => text.replace("-----END SSH SIGNATURE-----\n", "") },
    { title: "base64 that is not exact", change: (text: string) => text.replace(/\n(.)/, "\n $1") },
    { title: "another armor", change: (text: string) => text.replaceAll("SSH", "PGP") },
    { title: "nothing", change: () => "" },
    { title: "far too much", change: (text: string) => text.replace("\n", `\n${"A".repeat(20_000)}`) },
  ])("$title", ({ change }) => {
    expect(verdict(change(SIGNED.get("ed25519") ?? ""))).toBe("malformed: it is not one whole `SSH SIGNATURE` block");
  });

  test("another version, another hash, and what is reserved", () => {
    const bytes = bytesIn(SIGNED.get("ed25519") ?? "");
    const version = Buffer.from(bytes);
    version[9] = 2;
    expect(verdict(block(version))).toBe("unsupported: it is of version 2");
    const hash = Buffer.from(bytes.toString("latin1").replace("sha512", "sha513"), "latin1");
    expect(verdict(block(hash))).toBe("unsupported: it hashes with 'sha513'");
    const at = bytes.indexOf(NAMESPACE) + NAMESPACE.length;
    const reserved = Buffer.concat([bytes.subarray(0, at), wireString("x"), bytes.subarray(at + 4)]);
    expect(verdict(block(reserved))).toBe("malformed: 1 bytes stand where 0 belong");
  });
});

test("line ends of Windows are taken", () => {
  expect(verdict((SIGNED.get("ed25519") ?? "").replaceAll("\n", "\r\n"))).toBe("good");
});

test("a signature with any byte changed, cut anywhere or followed by anything is refused and never throws", () => {
  const texts = [...SIGNED.values(), ...HARDWARE.map((key) => key.sign(MESSAGE, 1))];
  for (const text of texts) {
    const bytes = bytesIn(text);
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ (1 + (at % 255));
      expect([at, verdict(block(changed))]).not.toEqual([at, "good"]);
    }
  }
  const one = fc.record({
    bytes: fc.constantFrom(...texts.map(bytesIn)),
    at: fc.nat(),
    by: fc.integer({ min: 1, max: 255 }),
    cut: fc.option(fc.nat()),
    behind: fc.uint8Array({ maxLength: 8 }),
  });
  fc.assert(
    fc.property(one, ({ bytes, at, by, cut, behind }) => {
      const changed = Buffer.from(bytes);
      const place = at % bytes.length;
      changed[place] = (changed[place] ?? 0) ^ by;
      const part = cut === null ? changed : changed.subarray(0, cut % bytes.length);
      expect(verdict(block(Buffer.concat([part, behind])))).not.toBe("good");
    }),
    { numRuns: 2000 },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.uint8Array().map((bytes) => block(Buffer.from(bytes))),
      ),
      (text) => {
        expect(verdict(text)).not.toBe("good");
      },
    ),
  );
});

describe("a key that is not taken", () => {
  const [type = "", base64 = ""] = publicLine(KEYS.get("ed25519") ?? "").split(" ");
  const rsa = blobOf(KEYS.get("rsa:2048") ?? "");

  test.each([
    ["ssh-dss AAAA", "is of the type 'ssh-dss', which is not taken"],
    ["ssh-ed2551 AAAA", "is of the type 'ssh-ed2551', which is not taken"],
    [`cert-authority ${type} ${base64}`, "is a certificate or a certificate authority: give the person's own key"],
    [
      `ssh-ed25519-cert-v01@openssh.com ${base64}`,
      "is a certificate or a certificate authority: give the person's own key",
    ],
    [`namespaces="x" ${type} ${base64}`, "has options before its type: leave them out"],
    [`* ${type} ${base64}`, "has options before its type: leave them out"],
    [`${type} ${base64}\n${type} ${base64}`, "is more than one line: give one key"],
    [
      "-----BEGIN OPENSSH PRIVATE KEY-----",
      "is a private key: give the line in the file that ends in .pub, and keep this one to yourself",
    ],
    [
      readFileSync(KEYS.get("ed25519") ?? "", "utf8"),
      "is a private key: give the line in the file that ends in .pub, and keep this one to yourself",
    ],
    [type, "has no base64 behind 'ssh-ed25519' that could be a key: copy the whole line"],
    [`${type} ${base64.slice(0, -1)}`, "has no base64 behind 'ssh-ed25519' that could be a key: copy the whole line"],
    [`${type} ${base64.slice(0, -4)}`, "is no key of the type 'ssh-ed25519': it ends too early"],
    [`${type} ${base64}AAAA`, "is no key of the type 'ssh-ed25519': 3 bytes too many stand at its end"],
    [`ssh-rsa ${base64}`, "is no key of the type 'ssh-rsa': its bytes are of the type ssh-ed25519"],
    [
      `ssh-rsa ${Buffer.concat([wireString("ssh-rsa"), wireString(Buffer.of(0, 1)), rsa.subarray(18)]).toString("base64")}`,
      "is no key of the type 'ssh-rsa': a number in it is not positive, or not in its shortest form",
    ],
  ])("%s", (line, problem) => {
    expect(readPublicKey(line)).toEqual({ problem });
  });

  test("a point beside its curve verifies nothing", () => {
    const blob = Buffer.concat([
      wireString("ecdsa-sha2-nistp256"),
      wireString("nistp256"),
      wireString(Buffer.concat([Buffer.of(4), Buffer.alloc(64, 1)])),
    ]);
    const numbers = Buffer.concat([wireString(Buffer.of(1)), wireString(Buffer.of(1))]);
    const text = armored(blob, Buffer.concat([wireString("ecdsa-sha2-nistp256"), wireString(numbers)]));
    expect(verdict(text)).toBe("bad");
  });
});
