# Reads YAML or JSON into three arrays, for the programs that come after it on awk's command line.
#
#   yaml(file, root)   parses the file below `root`; a file that is missing or empty leaves nothing
#   Value[path]        a scalar, as written (quotes and escapes resolved)
#   Size[path]         how many children a mapping or sequence has
#   Child[path, i]     the name of the i-th of them, from 1; sequences name theirs 0, 1, …
#   Binary[path]       1 where the scalar carries !!binary
#   at(path, a, b, …)  joins names to a path
#
# Understood: block and flow collections, plain, quoted, literal and folded scalars, comments, anchors, aliases, merge keys,
# tags (skipped). Not understood: complex keys, several documents (the first is read).

function yaml(file, root,    text) {
  count = 0; line_number = 1; first_document = 0
  while ((getline text < file) > 0) {
    sub(/\r$/, "", text)
    if (count == 0 && !first_document && text ~ /^(---|%)/) { if (text ~ /^---/) first_document = 1; if (text !~ /^---[ \t]+[^ \t#]/) continue; sub(/^---[ \t]+/, "", text) }
    else if (text ~ /^(---|\.\.\.)([ \t]|$)/) break
    lines[++count] = text
  }
  close(file)
  node(-1, root)
}

function at(a, b, c, d) {
  if (b != "") a = a "\035" b
  if (c != "") a = a "\035" c
  if (d != "") a = a "\035" d
  return a
}

function child(path, name,    p) {
  p = path "\035" name
  if (!(p in Known)) { Known[p] = 1; Child[path, ++Size[path]] = name }
  return p
}

function indent_of(text) { match(text, /^ */); return RLENGTH }

function skip_blank() { while (line_number <= count && lines[line_number] ~ /^[ \t]*(#.*)?$/) line_number++ }

# The node that starts at the next line with something on it, if that line is indented more than its parent.
function node(parent, path,    column, text) {
  skip_blank()
  if (line_number > count) return
  column = indent_of(lines[line_number])
  if (column <= parent) return
  text = substr(lines[line_number], column + 1)
  if (text ~ /^-([ \t]|$)/) sequence(column, path)
  else if (key_length(text)) mapping(column, path)
  else value(text, parent, path)
}

function sequence(column, path,    text, item, index_, start) {
  for (index_ = 0; ; ) {
    skip_blank()
    if (line_number > count || indent_of(lines[line_number]) != column) return
    text = substr(lines[line_number], column + 1)
    if (text !~ /^-([ \t]|$)/) return
    item = child(path, index_++ "")
    start = match(substr(text, 2), /[^ \t]/)
    if (!start || substr(text, start + 1, 1) == "#") { line_number++; node(column, item); continue }
    # "- key: value" is a node of its own that happens to start on this line
    lines[line_number] = sprintf("%" (column + start) "s", "") substr(text, start + 1)
    node(column, item)
  }
}

function mapping(column, path,    text, length_, key, rest, place) {
  for (;;) {
    skip_blank()
    if (line_number > count || indent_of(lines[line_number]) != column) return
    text = substr(lines[line_number], column + 1)
    length_ = key_length(text)
    if (!length_) return
    key = unquote(substr(text, 1, length_))
    rest = substr(text, length_ + 1)
    sub(/^[ \t]*:[ \t]*/, "", rest)
    place = key == "<<" ? path : child(path, key)
    if (rest == "" || rest ~ /^#/) { line_number++; below(column, place) }
    else value(rest, column, place)
  }
}

# The value of a key that stands on the lines after it; a sequence may be indented no more than its key.
function below(column, path) {
  skip_blank()
  if (line_number <= count && indent_of(lines[line_number]) == column && substr(lines[line_number], column + 1) ~ /^-([ \t]|$)/)
    sequence(column, path)
  else node(column, path)
}

# The length of the key (with its quotes) when the text starts with "key:", else 0.
function key_length(text) {
  if (text ~ /^"/) return match(text, /^"([^"\\]|\\.)*"[ \t]*:([ \t]|$)/) ? quoted_length(text) : 0
  if (text ~ /^'/) return match(text, /^'([^']|'')*'[ \t]*:([ \t]|$)/) ? quoted_length(text) : 0
  if (text ~ /^[[{#&*!|>%@`]/) return 0
  if (!match(text, /[ \t]*:([ \t]|$)/)) return 0
  return substr(text, 1, RSTART) ~ /[ \t]#/ ? 0 : RSTART - 1
}

function quoted_length(text) {
  if (text ~ /^"/) match(text, /^"([^"\\]|\\.)*"/); else match(text, /^'([^']|'')*'/)
  return RLENGTH
}

function unquote(text,    result) {
  if (text !~ /^["']/) return text
  buffer = text; position = 1
  return quoted()
}

# A value whose text starts on this line; `parent` is the indent that continuation lines must exceed.
function value(text, parent, path,    anchor) {
  while (text ~ /^[&!]/) {
    match(text, /^[^ \t]+/)
    if (text ~ /^&/) Anchor[substr(text, 2, RLENGTH - 1)] = path
    if (text ~ /^!!binary/) Binary[path] = 1
    text = substr(text, RLENGTH + 1)
    sub(/^[ \t]+/, "", text)
  }
  if (text == "" || text ~ /^#/) { line_number++; below(parent, path) }
  else if (text ~ /^[|>]/) block(text, parent, path)
  else if (text ~ /^\*/) { match(text, /^\*[^ \t,]+/); copy(Anchor[substr(text, 2, RLENGTH - 1)], path); line_number++ }
  else if (text ~ /^[[{"']/) {
    buffer = text; position = 1; line_number++
    flow(path)
  } else plain(text, parent, path)
}

function copy(from, to,    i, name) {
  if (from in Value && !(to in Value)) Value[to] = Value[from]
  for (i = 1; i <= Size[from]; i++) { name = Child[from, i]; copy(from "\035" name, child(to, name)) }
}

function plain(text, parent, path,    more, breaks) {
  text = without_comment(text)
  line_number++
  for (breaks = 0; line_number <= count; line_number++) {
    more = lines[line_number]
    if (more ~ /^[ \t]*$/) { breaks++; continue }
    if (indent_of(more) <= parent || more ~ /^[ \t]*#/) break
    text = text (breaks ? repeat("\n", breaks) : " ") without_comment(trim(more))
    breaks = 0
  }
  Value[path] = text ~ /^(~|null|Null|NULL)$/ ? "" : text
}

function without_comment(text) {
  if (match(text, /[ \t]#/)) text = substr(text, 1, RSTART - 1)
  return trim(text)
}

function trim(text) { sub(/^[ \t]+/, "", text); sub(/[ \t]+$/, "", text); return text }

function repeat(text, times,    result) { result = ""; while (times-- > 0) result = result text; return result }

# A literal (|) or folded (>) scalar; its header may carry the indent and what to do with the last line breaks.
function block(header, parent, path,    folded, chomp, base, text, result, pending, started, previous_more, more) {
  folded = header ~ /^>/
  chomp = header ~ /^[|>][0-9]*-/ ? "strip" : (header ~ /^[|>][0-9]*\+/ ? "keep" : "clip")
  base = match(header, /^[|>][-+]?[1-9]/) ? (parent < 0 ? 0 : parent) + substr(header, RLENGTH, 1) : -1
  result = ""; pending = 0; started = 0; previous_more = 0
  for (line_number++; line_number <= count; line_number++) {
    text = lines[line_number]
    if (text ~ /^ *$/ && (base < 0 || length(text) <= base)) { pending++; continue }
    if (base < 0) { base = indent_of(text); if (base <= parent) break }
    if (indent_of(text) < base) break
    text = substr(text, base + 1)
    more = text ~ /^[ \t]/
    if (!started) result = repeat("\n", pending) text
    else if (!folded || more || previous_more) result = result repeat("\n", pending + 1) text
    else result = result (pending ? repeat("\n", pending) : " ") text
    started = 1; pending = 0; previous_more = more
  }
  if (chomp == "keep") result = result repeat("\n", pending + started)
  else if (chomp == "clip" && started) result = result "\n"
  Value[path] = result
}

# Flow collections and quoted scalars are read by character; more lines are fetched as they are needed.
function peek() {
  while (position > length(buffer) && line_number <= count) buffer = buffer "\n" lines[line_number++]
  return substr(buffer, position, 1)
}

function skip_space(    c) {
  for (;;) {
    c = peek()
    if (c == "#" && (position == 1 || substr(buffer, position - 1, 1) ~ /[ \t\n]/)) position = length(buffer) + 1
    else if (c == " " || c == "\t" || c == "\n") position++
    else return c
  }
}

function flow(path,    c, i, key, text) {
  c = skip_space()
  while (c == "!" || c == "&") { while (peek() ~ /[^ \t\n,]/) position++; c = skip_space() }
  if (c == "[") {
    position++
    for (i = 0; (c = skip_space()) != "]" && c != ""; ) {
      if (c == ",") { position++; continue }
      flow(child(path, i++ ""))
    }
    position++
  } else if (c == "{") {
    position++
    while ((c = skip_space()) != "}" && c != "") {
      if (c == ",") { position++; continue }
      key = (c == "\"" || c == "'") ? quoted() : flow_plain(1)
      if (skip_space() == ":") {
        position++
        c = skip_space()
        if (c == "," || c == "}") Value[child(path, key)] = ""; else flow(child(path, key))
      } else Value[child(path, key)] = ""
    }
    position++
  } else if (c == "\"" || c == "'") Value[path] = quoted()
  else { text = flow_plain(0); Value[path] = text ~ /^(~|null|Null|NULL)$/ ? "" : text }
}

function flow_plain(is_key,    start, c, text) {
  start = position
  for (;;) {
    c = peek()
    if (c == "" || c ~ /[][{},]/) break
    if (c == ":" && (is_key || substr(buffer, position + 1, 1) ~ /[ \t\n,\]}]/)) {
      if (!is_key || substr(buffer, position + 1, 1) ~ /[ \t\n,}"'[{]/ || position == length(buffer)) break
    }
    if (c == "#" && substr(buffer, position - 1, 1) ~ /[ \t\n]/) break
    position++
  }
  if (position == start) position++ # never stand still on text that is not YAML
  text = substr(buffer, start, position - start)
  gsub(/[ \t]*\n[ \t]*/, " ", text)
  return trim(text)
}

function quoted(    quote, c, result, breaks) {
  quote = peek(); position++; result = ""
  for (;;) {
    c = peek()
    if (c == "") return result
    position++
    if (c == "\n") {
      sub(/[ \t]+$/, "", result)
      for (breaks = 1; (c = peek()) == "\n" || c == " " || c == "\t"; position++) if (c == "\n") breaks++
      result = result (breaks > 1 ? repeat("\n", breaks - 1) : " ")
    } else if (c == quote) {
      if (quote == "'" && peek_here() == "'") { result = result "'"; position++ }
      else return result
    } else if (c == "\\" && quote == "\"") result = result escape()
    else result = result c
  }
}

function peek_here() { return substr(buffer, position, 1) }

function escape(    c) {
  c = peek(); position++
  if (c == "n") return "\n"
  if (c == "t") return "\t"
  if (c == "r") return "\r"
  if (c == "0") return ""
  if (c == "a") return "\007"
  if (c == "b") return "\b"
  if (c == "e") return "\033"
  if (c == "f") return "\f"
  if (c == "v") return "\v"
  if (c == "x") return code(2)
  if (c == "u") return code(4)
  if (c == "U") return code(8)
  if (c == "\n") { while (peek() == " " || peek() == "\t") position++; return "" }
  return c
}

# A code point in `digits` hexadecimal digits, as UTF-8; a surrogate pair counts as the one character it means.
function code(digits,    n, low) {
  n = hex(substr(buffer, position, digits)); position += digits
  if (n >= 55296 && n < 56320 && substr(buffer, position, 2) == "\\u") {
    low = hex(substr(buffer, position + 2, 4)); position += 6
    n = 65536 + (n - 55296) * 1024 + (low - 56320)
  }
  if (n < 128) return sprintf("%c", n)
  if (n < 2048) return sprintf("%c%c", 192 + int(n / 64), 128 + n % 64)
  if (n < 65536) return sprintf("%c%c%c", 224 + int(n / 4096), 128 + int(n / 64) % 64, 128 + n % 64)
  return sprintf("%c%c%c%c", 240 + int(n / 262144), 128 + int(n / 4096) % 64, 128 + int(n / 64) % 64, 128 + n % 64)
}

function hex(text,    i, n) {
  for (i = 1; i <= length(text); i++) n = n * 16 + index("0123456789abcdef", tolower(substr(text, i, 1))) - 1
  return n + 0
}
