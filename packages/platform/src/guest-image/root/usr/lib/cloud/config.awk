# Turns cloud-init's data into a shell program of calls to the functions of actions.sh: what to do at every boot, at the first
# boot of an instance, and at the end of that boot.
#
#   awk -f yaml.awk -f config.awk META-DATA USER-DATA     (USER-DATA only where it is #cloud-config; either may be missing)

BEGIN {
  yaml(ARGV[1], "meta")
  yaml(ARGV[2], "user")
  print "every_boot() {"
  instance()
  host()
  access()
  print ":\n}\nfirst_boot() {"
  accounts()
  passwords()
  keys()
  files(0)
  print ":\n}\nboot_commands() {"
  commands(at("user", "bootcmd"))
  print ":\n}\nlast() {"
  files(1)
  print ":\n}\nrun_commands() {"
  commands(at("user", "runcmd"))
  print ":\n}"
}

function call(name, a, b, c, d, e, f,    text) {
  text = name " " quote(a) " " quote(b) " " quote(c) " " quote(d) " " quote(e) " " quote(f)
  sub(/( '')+$/, "", text)
  print text
}

function quote(text) { gsub(/'/, "'\\''", text); return "'" text "'" }

function first(a, b, c, d) { return a != "" ? a : (b != "" ? b : (c != "" ? c : d)) }

function is_true(text) { return tolower(text) ~ /^(true|yes|on|1)$/ }
function is_false(text) { return tolower(text) ~ /^(false|no|off|0)$/ }

function instance() {
  call("instance", first(Value[at("meta", "instance-id")], Value[at("meta", "instance_id")], Value[at("meta", "uuid")], "seeded"))
}

function host(    name) {
  name = first(Value[at("user", "fqdn")], Value[at("user", "hostname")])
  name = first(name, Value[at("meta", "local-hostname")], Value[at("meta", "hostname")], Value[at("meta", "name")])
  sub(/\..*/, "", name)
  if (name != "" && !is_true(Value[at("user", "preserve_hostname")])) call("host_name", name)
}

function access() {
  if (is_false(Value[at("user", "ssh_pwauth")])) call("ssh_passwords", "no")
  if (is_false(Value[at("user", "disable_root")])) call("ssh_root", "yes")
}

# `user` and the fields of `user: {…}` describe the image's own user; `users` lists others, and the own one as "default".
function accounts(    list, i, path, name) {
  path = at("user", "user")
  own = first(Value[path], Value[at(path, "name")], Value[at("user", "system_info", "default_user", "name")], "peapod")
  list = at("user", "users")
  account(path, own, 1)
  for (i = 1; i <= Size[list]; i++) {
    path = at(list, Child[list, i])
    if (Size[path]) account(path, Value[at(path, "name")], 0)
    else if (Value[path] != "default") account(path, Value[path], 0)
  }
}

function account(path, name, is_own,    hash) {
  if (name == "") return
  call("account", name, Value[at(path, "gecos")], Value[at(path, "shell")], Value[at(path, "homedir")], joined(at(path, "groups")),
    Value[at(path, "uid")])
  hash = first(Value[at(path, "hashed_passwd")], Value[at(path, "passwd")])
  if (hash != "") call("password", name, "hash", hash)
  else if (Value[at(path, "plain_text_passwd")] != "") call("password", name, "text", Value[at(path, "plain_text_passwd")])
  # an account is locked unless it says otherwise, but for the image's own, whose password is printed at the login
  if (!is_own && !is_false(Value[at(path, "lock_passwd")])) call("lock", name)
  if (is_own) call("sudo_rule", name, "ALL=(ALL) NOPASSWD:ALL")
  rules(name, at(path, "sudo"))
  authorize(name, at(path, "ssh_authorized_keys"))
  authorize(name, at(path, "ssh-authorized-keys"))
}

# A list, or one text of names with commas, as names with spaces.
function joined(path,    i, text) {
  text = Value[path]
  for (i = 1; i <= Size[path]; i++) text = text " " (Value[at(path, Child[path, i])] == "" ? Child[path, i] : Value[at(path, Child[path, i])])
  gsub(/[ ,]+/, " ", text); sub(/^ /, "", text)
  return text
}

function rules(name, path,    i) {
  if (Value[path] != "" && !is_false(Value[path])) call("sudo_rule", name, Value[path])
  for (i = 1; i <= Size[path]; i++) call("sudo_rule", name, Value[at(path, Child[path, i])])
}

# Both spellings of chpasswd: `list` (one text of lines, or a sequence) and `users`.
function passwords(    path, i, n, line, item, kind) {
  if (Value[at("user", "password")] != "") secret(own, Value[at("user", "password")])
  path = at("user", "chpasswd", "list")
  n = split(Value[path], line, "\n")
  for (i = 1; i <= n; i++) pair(line[i])
  for (i = 1; i <= Size[path]; i++) pair(Value[at(path, Child[path, i])])
  path = at("user", "chpasswd", "users")
  for (i = 1; i <= Size[path]; i++) {
    item = at(path, Child[path, i])
    kind = first(Value[at(item, "type")], "hash")
    if (kind == "RANDOM") secret(Value[at(item, "name")], "RANDOM")
    else call("password", Value[at(item, "name")], kind, Value[at(item, "password")])
  }
}

function pair(text,    colon) {
  sub(/^[ \t]+/, "", text); sub(/[ \t\r]+$/, "", text)
  colon = index(text, ":")
  if (colon > 1) secret(substr(text, 1, colon - 1), substr(text, colon + 1))
}

function secret(name, text) {
  if (text == "R" || text == "RANDOM") call("password", name, "random")
  else call("password", name, text ~ /^\$(1|2a|2y|5|6|y)\$/ ? "hash" : "text", text)
}

# Keys that name nobody are the own account's, and root's where root may log in.
function keys() {
  keys_of(own)
  if (is_false(Value[at("user", "disable_root")])) keys_of("root")
}

function keys_of(name) {
  authorize(name, at("user", "ssh_authorized_keys"))
  authorize(name, at("meta", "public-keys"))
  authorize(name, at("meta", "public_keys"))
}

# A key, a text of several lines of keys, a list of keys, or a mapping that holds them at any depth.
function authorize(name, path,    i, n, line) {
  n = split(Value[path], line, "\n")
  for (i = 1; i <= n; i++) if (line[i] ~ /[^ \t]/) call("authorize", name, line[i])
  for (i = 1; i <= Size[path]; i++) authorize(name, at(path, Child[path, i]))
}

function files(is_late,    list, i, path, encoding) {
  list = at("user", "write_files")
  for (i = 1; i <= Size[list]; i++) {
    path = at(list, Child[list, i])
    if (is_true(Value[at(path, "defer")]) != is_late || Value[at(path, "path")] == "") continue
    encoding = tolower(Value[at(path, "encoding")])
    if (encoding == "" && Binary[at(path, "content")]) encoding = "b64"
    call("write_file", Value[at(path, "path")], encoding, Value[at(path, "content")], Value[at(path, "owner")],
      Value[at(path, "permissions")], is_true(Value[at(path, "append")]) ? "append" : "")
  }
}

# A text is a line of shell; a list is a program with its arguments. One that fails does not stop the next.
function commands(list,    i, j, path, line) {
  for (i = 1; i <= Size[list]; i++) {
    path = at(list, Child[list, i])
    line = ""
    for (j = 1; j <= Size[path]; j++) line = line quote(Value[at(path, Child[path, j])]) " "
    call("command", Size[path] ? line : Value[path])
  }
}
