# What a network program is made of: see network.awk. `device` is the NIC that the calls are about, empty if it is absent.

nics() { for n in /sys/class/net/*; do [ ! -e $n/device ] || echo ${n##*/}; done; }

# interface POSITION NAME MAC NEW-NAME: found by its MAC, by its name (which may be a pattern), else by its position.
interface() {
  device=
  for n in $(nics); do
    if [ -n "$3" ]; then
      [ "$(cat /sys/class/net/$n/address)" = "$(echo "$3" | tr A-Z a-z)" ] && device=$n && break
    else
      case $n in $2) device=$n && break ;; esac
    fi
  done
  [ -n "$device$3" ] || device=$(nics | sed -n "$(($1 + 1))p")
  if [ -n "$device" ] && [ -n "$4" ] && [ "$4" != "$device" ]; then
    ip link set $device down
    ip link set $device name "$4" && device=$4
  fi
}

mac() { [ -z "$device" ] || ip link set $device address "$1"; }
mtu() { [ -z "$device" ] || ip link set $device mtu "$1"; }
up() { [ -z "$device" ] || ip link set $device up; }

address() {
  [ -n "$device" ] || return 0
  case $1 in */*) set -- "$1" ;; *:*) set -- "$1/64" ;; *) set -- "$1/24" ;; esac
  ip addr add "$1" dev $device && report "$1"
}

# route DESTINATION GATEWAY METRIC
route() {
  [ -n "$device" ] || return 0
  family=-4
  case $1$2 in *:*) family=-6 ;; esac
  ip $family route replace "$1" ${2:+via "$2"} dev $device ${3:+metric "$3"}
}

nameserver() { [ -z "$1" ] || { echo "nameserver $1" >> /run/resolv/${device:-all}; resolve; }; }
search() { [ -z "$1" ] || { echo "search $1" >> /run/resolv/${device:-all}; resolve; }; }
resolve() { awk '!seen[$0]++' /run/resolv/* > /etc/resolv.conf; }

# In the background and for ever: a network that comes late is as good.
dhcp() {
  [ -n "$device" ] || return 0
  udhcpc -i $device -f -S -t 8 -T 1 -A 2 -s /usr/share/udhcpc/script -x hostname:"$(hostname)" \
    -O staticroutes -O msstaticroutes -O mtu -O search < /dev/null > /dev/null 2>&1 &
}

# As the router says: the kernel hears its first word, and then dhcpcd makes addresses of prefixes, and asks by DHCPv6 if told to.
# Until then nothing runs but a shell that looks now and then, so that a guest without IPv6 pays nothing for it.
dhcp6() {
  [ -n "$device" ] || return 0
  (
    looks=0
    until is_advertised $device < /proc/net/ipv6_route; do
      looks=$((looks + 1))
      [ $looks -lt 30 ] && sleep 1 || sleep 10
    done
    exec dhcpcd -6 -b -q -f /etc/dhcpcd.conf -c /usr/share/dhcpcd/script $device
  ) < /dev/null > /dev/null 2>&1 &
}

# is_advertised NIC: whether a route of /proc/net/ipv6_route leads out of it that an advertisement made (RTF_ADDRCONF, bit 18)
is_advertised() { grep -q " [0-9a-f]\{3\}[4-7c-f][0-9a-f]\{4\} *$1\$"; }

# name_host NAME: what the machine calls itself, and finds itself by
name_host() {
  hostname "$1"
  { sed '/^127\.0\.1\.1[[:space:]]/d' /etc/hosts; echo "127.0.1.1 $1"; } > /run/hosts
  cat /run/hosts > /etc/hosts
}

report() {
  echo "Peapod test guest: $device $1${2:+ $2}" > /dev/console
  : > /run/network-online
}
