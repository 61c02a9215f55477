// Joins the chunks of a split build. The bundler makes one for each set of entries that share something, so that a start
// would load dozens; here they become one file for each group that is mostly loaded together.
import { basename, dirname, join, relative } from "node:path";
import { build } from "esbuild";

/** @typedef {import("esbuild").Metafile["outputs"][string] & { path: string, text: string }} Chunk */
/**
 * @typedef {object} Joining
 * @property {string} root
 * @property {string} directory where the files of groups lie
 * @property {(chunk: Chunk, reachable: (entry: string) => ReadonlySet<string>) => string | null} groupOf the name of the file
 *   that a chunk becomes part of, by what is reached from an entry without an `import()`; null where it stays a file of its own
 * @property {Record<string, { name: string, source: string }>} entries of a group, the function that it exports, and the source
 *   file of it, which is evaluated when it is called
 * @property {import("esbuild").BuildOptions} options for each file
 */

/** What a group has for other files, as a module of its own. */
const OTHERS = "others:";

/**
 * @param {import("esbuild").BuildResult<{ metafile: true, write: false }>} split a build into ES modules
 * @param {Joining} how
 * @returns {Promise<import("esbuild").OutputFile[]>}
 */
export async function joined(split, { root, directory, groupOf, entries, options }) {
  /** @type {Map<string, Chunk>} */
  const chunks = new Map();
  for (const { path, text } of split.outputFiles) {
    const output = split.metafile.outputs[relative(root, path)];
    if (path.endsWith(".js") && output !== undefined) chunks.set(path, { ...output, path, text });
  }
  const fileOf = (/** @type {string} */ group) => join(directory, `${group}.js`);
  const numbers = new Map(Array.from(chunks.keys(), (path, number) => [path, number]));
  /** What other files than its own ask of a chunk, and how its group exports it: two chunks may call different things the same. */
  const asked = (/** @type {Chunk} */ chunk) => {
    const names = new Set();
    for (const other of chunks.values()) {
      if (groups.get(other.path) === groups.get(chunk.path)) continue;
      const kinds = other.imports.filter(({ path }) => join(root, path) === chunk.path).map(({ kind }) => kind);
      if (kinds.includes("dynamic-import")) for (const name of chunk.exports) names.add(name);
      if (kinds.includes("import-statement")) for (const name of importedFrom(other, chunk.path)) names.add(name);
    }
    return Array.from(names, (name) => ({ name, as: `${name}_${numbers.get(chunk.path)}` }));
  };

  const reached = new Map();
  const reachable = (/** @type {string} */ entry) => {
    const start = [...chunks.values()].find(({ entryPoint }) => entryPoint === entry)?.path;
    if (start === undefined) throw new Error(`no chunk begins with ${entry}`);
    let found = reached.get(entry);
    if (found === undefined) {
      found = new Set([start]);
      for (const path of found)
        for (const { path: next, kind } of chunks.get(path)?.imports ?? [])
          if (kind === "import-statement" && chunks.has(join(root, next))) found.add(join(root, next));
      reached.set(entry, found);
    }
    return found;
  };
  const groups = new Map(Array.from(chunks.values(), (chunk) => [chunk.path, groupOf(chunk, reachable)]));
  /** @type {Map<string, Chunk[]>} */
  const files = new Map();
  for (const chunk of chunks.values()) {
    const group = groups.get(chunk.path) ?? null;
    const file = group === null ? chunk.path : fileOf(group);
    files.set(file, [...(files.get(file) ?? []), chunk]);
  }
  const results = await Promise.all(
    Array.from(files, async ([file, parts]) => {
      const group = groups.get(parts[0]?.path ?? "") ?? null;
      const lines =
        group === null
          ? parts.map(({ exports }) => `export { ${exports} } from ${JSON.stringify(file)};`)
          : [`export const others = () => require(${JSON.stringify(OTHERS)}).names;`];
      const entry = entries[group ?? ""];
      const start = parts.find(({ entryPoint }) => entryPoint === entry?.source);
      if (entry !== undefined && start !== undefined)
        lines.push(
          `export const ${entry.name} = async (...given) => (await import(${JSON.stringify(start.path)})).${entry.name}(...given);`,
        );
      const { outputFiles } = await build({
        ...options,
        absWorkingDir: root,
        stdin: { contents: lines.join("\n"), resolveDir: dirname(file), sourcefile: basename(file) },
        outdir: undefined,
        outfile: file,
        bundle: true,
        write: false,
        plugins: [{ name: "chunks", setup: (build) => resolveChunks(build, group, file) }],
      });
      return outputFiles;
    }),
  );
  return results.flat();

  /** @param {import("esbuild").PluginBuild} build @param {string | null} own @param {string} file */
  function resolveChunks({ onResolve, onLoad }, own, file) {
    onResolve({ filter: /^[./]/ }, ({ path, resolveDir, namespace }) => {
      if (namespace === "group") return { path, external: true };
      const chunk = path.startsWith("/") ? path : join(resolveDir, path);
      if (!chunks.has(chunk)) return { path, external: true };
      const group = groups.get(chunk) ?? null;
      if (group === null ? chunk === file : group === own) return { path: chunk, namespace: "chunk" };
      return group === null
        ? { path: `./${relative(dirname(file), chunk)}`, external: true }
        : { path: chunk, namespace: "of another group", sideEffects: true };
    });
    onResolve({ filter: /^others:/ }, ({ path }) => ({ path, namespace: "others" }));
    onResolve({ filter: /^group:/ }, ({ path }) => ({ path: path.slice("group:".length), namespace: "group" }));
    onResolve({ filter: /.*/ }, ({ path }) => ({ path, external: true }));
    onLoad({ filter: /.*/, namespace: "chunk" }, ({ path }) => ({
      contents: chunks.get(path)?.text ?? "",
      resolveDir: dirname(path),
    }));
    // What other files ask of a group would take a start as long as half of its commands, so it is made when one of them loads.
    onLoad({ filter: /.*/, namespace: "others" }, () => {
      const names = [...chunks.values()]
        .filter((chunk) => groups.get(chunk.path) === own)
        .map((chunk) => ({ path: chunk.path, names: asked(chunk) }))
        .filter(({ names }) => names.length > 0);
      return {
        contents: [
          ...names.map(
            ({ path, names }) =>
              `import { ${names.map(({ name, as }) => `${name} as ${as}`)} } from ${JSON.stringify(path)};`,
          ),
          `export const names = { ${names.flatMap(({ names }) => names.map(({ as }) => `get ${as}() { return ${as}; }`))} };`,
        ].join("\n"),
        resolveDir: directory,
      };
    });
    onLoad({ filter: /.*/, namespace: "of another group" }, ({ path }) => {
      const chunk = chunks.get(path);
      const names = chunk === undefined ? [] : asked(chunk).map(({ name, as }) => `${as} as ${name}`);
      return { contents: `export { ${names} } from "group:${groups.get(path)}";`, resolveDir: dirname(path) };
    });
    onLoad({ filter: /.*/, namespace: "group" }, ({ path: group }) => {
      const all = [...chunks.values()].filter((chunk) => groups.get(chunk.path) === group);
      const names = all.flatMap(asked).map(({ as }) => as);
      return {
        contents: `export { ${names} } from "./${relative(dirname(file), fileOf(group))}#others";`,
        resolveDir: dirname(file),
      };
    });
  }
}

/** The names that a chunk imports from another, as the bundler writes it. */
function importedFrom(/** @type {Chunk} */ { path, text }, /** @type {string} */ from) {
  return [...text.matchAll(/^import \{([^}]*)\} from "([^"]+)";$/gm)]
    .filter(([, , file = ""]) => join(dirname(path), file) === from)
    .flatMap(([, names = ""]) => names.split(","))
    .flatMap((name) => /^\s*([\w$]+)/.exec(name)?.[1] ?? []);
}
