/** Beyond this many bytes of warnings, each is cut short. */
const totalBytes = 4096;
const bytesEach = 256;

/**
 * Values for `Warning:` headers, one per sentence: `299 - "unknown field \"spec.bogus\""`. Sentences may quote what a user wrote:
 * control characters, which would end the header, become blanks, and characters beyond Latin-1 question marks.
 */
export function warningHeaders(sentences: readonly string[]): readonly string[] {
  const unique = [...new Set(sentences.map(printable))];
  const isLong = unique.reduce((sum, sentence) => sum + sentence.length, 0) > totalBytes;
  return unique.map((sentence) => quote(isLong ? sentence.slice(0, bytesEach) : sentence));
}

function quote(sentence: string): string {
  return `299 - "${sentence.replace(/[\\"]/g, "\\$&")}"`;
}

function printable(sentence: string): string {
  return sentence.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ").replace(/[^\u0020-\u00ff]/g, "?");
}
