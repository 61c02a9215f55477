// Makes the projects in examples/ anew, with the real programs: `node scripts/examples.mjs`, after a build. With the name of a
// directory they are made there instead, beside a copy of the methodologies.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const target = process.argv[2] === undefined ? root : resolve(process.argv[2]);
const scratch = mkdtempSync(join(tmpdir(), "runa-examples-"));

/** Who decides. The keys are made for this once, and only their public halves are kept. */
const PEOPLE = ["anna", "bert"];

try {
  mkdirSync(join(scratch, "bin"));
  for (const name of ["runa", "runa-mcp", "runa-agent"])
    symlinkSync(join(root, `dist/${name}.js`), join(scratch, "bin", name));
  for (const name of PEOPLE)
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", join(scratch, name)]);
  if (target !== root)
    cpSync(join(root, "methodologies"), join(target, "methodologies"), { recursive: true, force: true });
  gatedChange();
  gatedRunbook();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** A plan is rejected and approved, a finding mended, and the change released. */
function gatedChange() {
  const project = new Project("gated-change", { kept: ["README.md", "agent.mjs"] });
  project.config('[agent]\ncommand = ["node", "agent.mjs"]\n');
  project.give("change", "total");
  project.runa(3, "run");
  project.decide("bert", "reject", "plan", "total", "The change says that no new option is wanted.");
  project.runa(3, "run");
  project.decide("anna", "approve", "plan", "total", "Small, and easy to take back.");
  project.runa(3, "run");
  project.decide("bert", "approve", "release-candidate", "total", "Read the difference, and tried it.");
  project.runa(0, "run");
  project.finish();
}

/** A command is checked, approved and carried out. */
function gatedRunbook() {
  const project = new Project("gated-runbook", { kept: ["README.md"] });
  const script = (name) => `["node", "../../methodologies/gated-runbook/agents/${name}.mjs"]`;
  project.config(
    ["precheck", "carry-out", "cancel"].map((name) => `[protocols.${name}]\ncommand = ${script(name)}\n`).join("\n"),
  );
  mkdirSync(join(project.directory, "build"));
  writeFileSync(join(project.directory, "build/old.o"), "left over\n");
  project.give("request", "clean");
  project.runa(3, "run");
  project.decide("anna", "approve", "precheck", "clean", "Nobody builds at this hour.");
  project.runa(0, "run");
  project.finish();
}

/** One example, while it is made. */
function Project(methodology, { kept = [] } = {}) {
  const directory = join(target, "examples", methodology);
  const saved = kept.map((file) => [file, readFileSync(join(root, "examples", methodology, file))]);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  for (const [file, bytes] of saved) writeFileSync(join(directory, file), bytes);
  const environment = (person) => ({
    PATH: [join(scratch, "bin"), process.env.PATH].join(delimiter),
    HOME: scratch,
    TZ: "UTC",
    NO_COLOR: "1",
    RUNBOOK_HOST: "build-1",
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "user.name",
    GIT_CONFIG_VALUE_0: person,
  });
  /** Runs `runa`, which has to end with this code; answers with what it printed. */
  const runa = (code, ...words) => {
    try {
      const out = execFileSync("runa", words, {
        cwd: directory,
        env: environment("Build account"),
        encoding: "utf8",
        stdio: "pipe",
      });
      if (code === 0) return out;
      throw new Error(`runa ${words.join(" ")} ended with 0`);
    } catch (error) {
      if (error.status === code) return error.stdout;
      throw error;
    }
  };
  runa(0, "init", "--methodology", `../../methodologies/${methodology}`);
  const people = PEOPLE.map((name) => {
    const [kind, key] = readFileSync(join(scratch, `${name}.pub`), "utf8").split(" ");
    return `[people.${name}]\nkeys = [{ key = "${kind} ${key}" }]\n`;
  });
  writeFileSync(join(directory, "people.toml"), people.join("\n"));
  return {
    directory,
    runa,
    config: (text) =>
      writeFileSync(
        join(directory, ".runa/config.toml"),
        // Outside the project runa names it by its absolute path; here both go where the checkout goes.
        `methodology_path = "../../methodologies/${methodology}"\n\n[history]\nlockfile = "runa.lock"\n\n[approvals]\npeople = "people.toml"\n\n${text}`,
      ),
    /** Puts the methodology's own example there, as a person would. */
    give: (type, id) => {
      mkdirSync(join(directory, ".runa/workspace", type), { recursive: true });
      cpSync(
        join(root, "methodologies", methodology, "example", `${type}.json`),
        join(directory, ".runa/workspace", type, `${id}.json`),
      );
    },
    /** Has a person decide on what lies there, and sign that. */
    decide: (person, verb, type, id, note) => {
      const { content_hash } = JSON.parse(runa(0, "show", type, id, "--json"));
      runa(0, verb, type, id, "--hash", content_hash, "--note", note, "--key", join(scratch, person));
    },
    /** Keeps the log as people read it, and leaves out what belongs to this machine. */
    finish: () => {
      runa(0, "log", "--verify");
      writeFileSync(join(directory, "log.txt"), runa(0, "log", "--all"));
      rmSync(join(directory, ".runa/store"), { recursive: true });
    },
  };
}
