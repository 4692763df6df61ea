# Turns a network configuration into a shell program of calls to the functions of network.sh. Three forms are read:
# cloud-init's version 1 and version 2, and OpenStack's network_data.json.
#
#   awk -f yaml.awk -f network.awk NETWORK-CONFIG
#
# Each interface begins with `interface POSITION NAME MAC NEW-NAME`; what follows is about that one.

BEGIN {
  yaml(ARGV[1], "net")
  root = Size[at("net", "network")] ? at("net", "network") : "net"
  if (Size[at(root, "ethernets")]) version2(at(root, "ethernets"))
  else if (Size[at(root, "config")]) version1(at(root, "config"))
  else if (Size[at(root, "links")]) openstack(at(root, "links"), at(root, "networks"), at(root, "services"))
  else if (Value[at(root, "config")] != "disabled") exit 1
}

function call(name, a, b, c, d,    text) {
  text = name " " quote(a) " " quote(b) " " quote(c) " " quote(d)
  sub(/( '')+$/, "", text)
  print text
}
function quote(text) { gsub(/'/, "'\\''", text); return "'" text "'" }
function is_true(text) { return tolower(text) ~ /^(true|yes|on|1)$/ }
function each(name, path,    i) {
  if (Value[path] != "") call(name, Value[path])
  for (i = 1; i <= Size[path]; i++) call(name, Value[at(path, Child[path, i])])
}

function version2(list,    i, j, name, path, address) {
  for (i = 1; i <= Size[list]; i++) {
    name = Child[list, i]
    path = at(list, name)
    call("interface", i - 1, Value[at(path, "match", "name")] == "" ? name : Value[at(path, "match", "name")],
      Value[at(path, "match", "macaddress")], Value[at(path, "set-name")])
    if (Value[at(path, "macaddress")] != "") call("mac", Value[at(path, "macaddress")])
    if (Value[at(path, "mtu")] != "") call("mtu", Value[at(path, "mtu")])
    call("up")
    if (is_true(Value[at(path, "dhcp4")])) call("dhcp")
    if (is_true(Value[at(path, "dhcp6")])) call("dhcp6")
    for (j = 1; j <= Size[at(path, "addresses")]; j++) {
      address = at(path, "addresses", Child[at(path, "addresses"), j])
      # an address with options is a mapping of one key
      call("address", Size[address] ? Child[address, 1] : Value[address])
    }
    if (Value[at(path, "gateway4")] != "") call("route", "default", Value[at(path, "gateway4")])
    if (Value[at(path, "gateway6")] != "") call("route", "default", Value[at(path, "gateway6")])
    routes(at(path, "routes"), "to", "via")
    each("nameserver", at(path, "nameservers", "addresses"))
    each("search", at(path, "nameservers", "search"))
  }
}

function version1(list,    i, j, path, kind, subnet, position) {
  position = 0
  for (i = 1; i <= Size[list]; i++) {
    path = at(list, Child[list, i])
    kind = Value[at(path, "type")]
    if (kind == "nameserver") { each("nameserver", at(path, "address")); each("search", at(path, "search")) }
    if (kind == "route") call("route", prefixed(Value[at(path, "destination")], Value[at(path, "netmask")]), Value[at(path, "gateway")])
    if (kind != "physical") continue
    # version 1 renames the interface that has the MAC address
    call("interface", position++, Value[at(path, "name")], Value[at(path, "mac_address")],
      Value[at(path, "mac_address")] == "" ? "" : Value[at(path, "name")])
    if (Value[at(path, "mtu")] != "") call("mtu", Value[at(path, "mtu")])
    call("up")
    for (j = 1; j <= Size[at(path, "subnets")]; j++) {
      subnet = at(path, "subnets", Child[at(path, "subnets"), j])
      kind = Value[at(subnet, "type")]
      if (kind == "dhcp" || kind == "dhcp4") call("dhcp")
      if (kind == "dhcp6" || kind ~ /^ipv6_dhcpv6/ || kind == "ipv6_slaac") call("dhcp6")
      if (kind ~ /^static/) call("address", prefixed(Value[at(subnet, "address")], Value[at(subnet, "netmask")]))
      if (Value[at(subnet, "gateway")] != "") call("route", "default", Value[at(subnet, "gateway")])
      routes(at(subnet, "routes"), "network", "gateway")
      routes(at(subnet, "routes"), "destination", "gateway")
      each("nameserver", at(subnet, "dns_nameservers"))
      each("search", at(subnet, "dns_search"))
    }
  }
}

function openstack(links, networks, services,    i, j, link, path, kind) {
  for (i = 1; i <= Size[links]; i++) {
    link = at(links, Child[links, i])
    call("interface", i - 1, Value[at(link, "name")] == "" ? Value[at(link, "id")] : Value[at(link, "name")],
      Value[at(link, "ethernet_mac_address")], "")
    if (Value[at(link, "mtu")] != "") call("mtu", Value[at(link, "mtu")])
    call("up")
    for (j = 1; j <= Size[networks]; j++) {
      path = at(networks, Child[networks, j])
      if (Value[at(path, "link")] != Value[at(link, "id")]) continue
      kind = Value[at(path, "type")]
      if (kind == "ipv4_dhcp") call("dhcp")
      if (kind ~ /^ipv6_(dhcp|dhcpv6-|slaac)/) call("dhcp6")
      if (kind == "ipv4" || kind == "ipv6") call("address", prefixed(Value[at(path, "ip_address")], Value[at(path, "netmask")]))
      if (Value[at(path, "gateway")] != "") call("route", "default", Value[at(path, "gateway")])
      routes(at(path, "routes"), "network", "gateway")
      each("nameserver", at(path, "dns_nameservers"))
    }
  }
  for (i = 1; i <= Size[services]; i++) {
    path = at(services, Child[services, i])
    if (Value[at(path, "type")] == "dns") call("nameserver", Value[at(path, "address")])
  }
}

function routes(list, to, via,    i, path) {
  for (i = 1; i <= Size[list]; i++) {
    path = at(list, Child[list, i])
    if (Value[at(path, to)] == "") continue
    call("route", prefixed(Value[at(path, to)], Value[at(path, "netmask")] Value[at(path, "prefix")]), Value[at(path, via)],
      Value[at(path, "metric")])
  }
}

# An address with the length of its prefix; the mask may be dotted, a number, hexadecimal groups, or absent.
function prefixed(address, mask,    n, part, i, bits) {
  if (address == "0.0.0.0/0" || address == "::/0" || address == "default") return "default"
  if (address ~ /\// || mask == "") return address
  if (mask ~ /^[0-9]+$/) return (mask == 0) ? "default" : address "/" mask
  bits = 0
  if (mask ~ /:/) { n = split(mask, part, ":"); for (i = 1; i <= n; i++) bits += ones(hex(part[i])) }
  else { n = split(mask, part, "."); for (i = 1; i <= n; i++) bits += ones(part[i]) }
  return bits == 0 ? "default" : address "/" bits
}

function ones(n,    bits) { for (bits = 0; n > 0; n = int(n / 2)) bits += n % 2; return bits }
