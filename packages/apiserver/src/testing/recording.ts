/** What a recorded kubectl asked for, and what it was told. */
export interface RecordedRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly status: number;
  readonly contentType: string;
}

/** One recorded command line with everything that came of it. */
export interface RecordedCommand {
  /** `kubectl get widgets` */
  readonly command: string;
  readonly requests: readonly RecordedRequest[];
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The recorder cut stdout short. */
  readonly isCut: boolean;
}

/**
 * Reads a `kubectl-*.txt` of the recordings: for each command its requests (`METHOD path`, `    > headers`, `    < code type size`),
 * then `--- rc=N stdout:` and `--- stderr:`.
 */
export function parseRecording(text: string): readonly RecordedCommand[] {
  return text.split(/^=== /m).slice(1).map(parseCommand);
}

/** So many bytes of stdout the recorder kept. */
const cutAt = 900;

function parseCommand(block: string): RecordedCommand {
  const match = /^(.*)\n([\s\S]*?)--- rc=(\d+) stdout:\n([\s\S]*?)--- stderr:\n([\s\S]*)$/.exec(block);
  // The recorder also cut inside of the last marker.
  const [, command = block.split("\n")[0] ?? "", log = "", code = "0", stdout = "", stderr = ""] = match ?? [];
  return {
    command,
    requests: parseRequests(log),
    exitCode: Number(code),
    stdout,
    stderr: stderr.replace(/\n$/, ""),
    isCut: match === null || stdout.length >= cutAt || (stdout !== "" && !stdout.endsWith("\n")),
  };
}

function parseRequests(log: string): readonly RecordedRequest[] {
  const requests: RecordedRequest[] = [];
  let asked: Pick<RecordedRequest, "method" | "path"> | undefined;
  for (const line of log.split("\n")) {
    const start = /^(?:\(watch opened\) )?(GET|POST|PUT|PATCH|DELETE) (\/.*)$/.exec(line);
    if (start) asked = { method: start[1] ?? "", path: start[2] ?? "" };
    const answer = /^ {4}< (\d{3}) (\S+)/.exec(line);
    if (answer && asked) {
      const contentType = /^ {4}< \d{3} (.*?) \d+B/.exec(line)?.[1] ?? "";
      requests.push({
        ...asked,
        status: Number(answer[1]),
        contentType: contentType === "undefined" ? "" : contentType,
      });
      asked = undefined;
    }
  }
  return requests;
}
