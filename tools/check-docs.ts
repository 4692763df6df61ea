/** Documents must be true: the paths they name exist, their links lead somewhere, and the index knows every page. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

const documents = ["*.md", "docs/**/*.md"];
const index = "docs/README.md";

/** @returns one line for each thing that is wrong: `docs/x.md:12: …` */
export function checkDocs(root: string): readonly string[] {
  const files = documents.flatMap((glob) => globSync(glob, { cwd: root })).sort();
  const wrong = files.flatMap((file) => checkDocument(root, file, readFileSync(join(root, file), "utf8")));
  return [...wrong, ...strangers(root, files)];
}

function checkDocument(root: string, file: string, text: string): readonly string[] {
  let isCode = false;
  return text.split("\n").flatMap((line, number) => {
    const at = `${file}:${number + 1}`;
    if (/^\s*(```|~~~)/.test(line)) {
      isCode = !isCode;
      return [];
    }
    const paths = isCode ? line.split(/[\s"'=]+/) : codeSpans(line).flatMap((span) => span.split(/\s+/));
    const missing = paths.filter((path) => isRepositoryPath(path) && !doesExist(root, path));
    const links = isCode ? [] : linksOf(line).filter((link) => !leadsSomewhere(root, file, link));
    return [
      ...missing.map((path) => `${at}: there is no ${path}`),
      ...links.map((link) => `${at}: the link ${link} leads nowhere`),
    ];
  });
}

function codeSpans(line: string): readonly string[] {
  return [...line.matchAll(/`([^`]+)`/g)].map(([, span = ""]) => span);
}

function linksOf(line: string): readonly string[] {
  return [...line.replaceAll(/`[^`]*`/g, "").matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
}

const tops = [".ci", "bench", "bin", "docs", "e2e", "examples", "packages", "tools"];

/** `packages/api/src/kind.ts`, `packages/{api,qemu}/src/*.ts`, `docs/kinds/<kind>.md`; what stands for a name matches any. */
function isRepositoryPath(text: string): boolean {
  return tops.some((top) => text.startsWith(`${top}/`)) && /^[\w.@{},*/<>-]+$/.test(text);
}

function doesExist(root: string, path: string): boolean {
  const pattern = path.replace(/[.,]$/, "").replaceAll(/<[^>]*>|\b(?:NAME|NNNN)\b/g, "*");
  // Each alternative of {a,b} by itself: one that is there must not hide one that is not.
  return alternatives(pattern).every((one) =>
    one.includes("*") ? globSync(one, { cwd: root }).length > 0 : existsSync(join(root, one)),
  );
}

function alternatives(pattern: string): readonly string[] {
  const match = /^([^{]*)\{([^{}]*)\}(.*)$/.exec(pattern);
  if (!match) return [pattern];
  const [, before = "", inside = "", after = ""] = match;
  return inside.split(",").flatMap((one) => alternatives(`${before}${one}${after}`));
}

function leadsSomewhere(root: string, file: string, link: string): boolean {
  if (/^[a-z]+:/.test(link)) return true; // to the world outside, which is not ours to check
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? file : normalize(join(dirname(file), path));
  if (!existsSync(join(root, target))) return false;
  return anchor === undefined || headingsOf(readFileSync(join(root, target), "utf8")).includes(anchor);
}

/** As the forges make anchors of headings. */
function headingsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(" ", "-"),
  );
}

/** A page that no index links is a page that nobody reads. */
function strangers(root: string, files: readonly string[]): readonly string[] {
  const indexes = files.filter((file) => file.startsWith("docs/") && file.endsWith("README.md"));
  const known = new Set([index, ...indexes.flatMap((file) => pagesLinkedBy(root, file))]);
  return indexes.length === 0
    ? []
    : files
        .filter((file) => file.startsWith("docs/") && !known.has(file))
        .map((file) => `${index}: does not link ${file}`);
}

function pagesLinkedBy(root: string, file: string): readonly string[] {
  const text = readFileSync(join(root, file), "utf8").replaceAll("\n", " ");
  return linksOf(text).map((link) => normalize(join(dirname(file), link.split("#")[0] ?? "")));
}
