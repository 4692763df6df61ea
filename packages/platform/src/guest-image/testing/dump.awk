# Prints what yaml.awk understood of each file, as JSON of mappings and texts, a line a file.
function text(s) {
  gsub(/\\/, "&&", s)
  gsub(/"/, "\\\\&", s)
  gsub(/\n/, "\\\\n", s)
  gsub(/\t/, "\\\\t", s)
  return "\"" s "\""
}
function dump(path,    i, result) {
  if (!Size[path]) return text(Value[path])
  result = "{"
  for (i = 1; i <= Size[path]; i++) result = result (i > 1 ? "," : "") text(Child[path, i]) ":" dump(path "\035" Child[path, i])
  return result "}"
}
BEGIN {
  for (i = 1; i < ARGC; i++) {
    yaml(ARGV[i], "root" i)
    print dump("root" i)
  }
}
