# What a cloud-init program is made of: see config.awk.

state=/var/lib/cloud

# instance ID: a machine is new when the id is not the one it booted with before.
instance() {
  instance_id=$1
  [ "$(cat $state/instance-id 2> /dev/null)" = "$1" ] || is_new=1
}

host_name() {
  name_host "$1"
  echo "$1" > /etc/hostname
  echo "$1" > /run/cloud/host-name
}

ssh_passwords() { echo "$1" > /run/cloud/ssh-passwords; }
ssh_root() { echo "$1" > /run/cloud/ssh-root; }

# account NAME GECOS SHELL HOME GROUPS UID
account() {
  if ! grep -q "^$1:" /etc/passwd; then
    id=${6:-1000}
    while cut -d: -f3 /etc/passwd | grep -qx "$id"; do id=$((id + 1)); done
    shell=${3:-/bin/sh}
    [ -x "$shell" ] || shell=/bin/sh
    echo "$1:x:$id:$id:$2:${4:-/home/$1}:$shell" >> /etc/passwd
    grep -q "^$1:" /etc/group || echo "$1:x:$id:" >> /etc/group
    echo "$1:!:19000:0:99999:7:::" >> /etc/shadow
  fi
  home=$(grep "^$1:" /etc/passwd | cut -d: -f6)
  if [ ! -d "$home" ] || [ "$(stat -c %u "$home")" = 0 -a "$1" != root ]; then
    mkdir -p "$home"
    chown "$1:" "$home"
  fi
  for group in $5; do member "$1" "$group"; done
}

# member USER GROUP
member() {
  grep -q "^$2:" /etc/group || echo "$2:x:$((2000 + $(wc -l < /etc/group))):" >> /etc/group
  grep "^$2:" /etc/group | cut -d: -f4 | tr , '\n' | grep -qx "$1" && return
  sed -i -e "/^$2:/s/\$/,$1/" -e "/^$2:/s/:,/:/" /etc/group
}

# password USER text|hash|random SECRET
password() {
  case $2 in
    hash) echo "$1:$3" | chpasswd -e ;;
    random)
      secret=$(tr -dc A-HJ-NP-Za-km-z2-9 < /dev/urandom | head -c 20)
      echo "Peapod test guest: the password of $1 is $secret" > /dev/console
      echo "$1:$secret" | chpasswd
      ;;
    *) echo "$1:$3" | chpasswd ;;
  esac
}

lock() { sed -i "s/^$1:[^!*][^:]*:/$1:!:/" /etc/shadow; }

sudo_rule() {
  echo "$1 $2" >> /etc/sudoers.d/cloud
  chmod 440 /etc/sudoers.d/cloud
}

# authorize USER KEY
authorize() {
  home=$(grep "^$1:" /etc/passwd | cut -d: -f6)
  [ -n "$home" ] || return
  mkdir -p "$home/.ssh"
  grep -qxF "$2" "$home/.ssh/authorized_keys" 2> /dev/null || echo "$2" >> "$home/.ssh/authorized_keys"
  chmod 700 "$home/.ssh"
  chmod 600 "$home/.ssh/authorized_keys"
  chown -R "$1:" "$home/.ssh"
}

# write_file PATH ENCODING CONTENT OWNER PERMISSIONS append
write_file() {
  mkdir -p "$(dirname "$1")"
  [ -n "$6" ] || : > "$1"
  case $2 in
    gz+b64 | gz+base64 | gzip+b64 | gzip+base64) printf %s "$3" | base64 -d | gunzip >> "$1" ;;
    b64 | base64) printf %s "$3" | base64 -d >> "$1" ;;
    gz | gzip) printf %s "$3" | gunzip >> "$1" ;;
    *) printf %s "$3" >> "$1" ;;
  esac
  [ -z "$5" ] || chmod "$5" "$1"
  [ -z "$4" ] || chown "$4" "$1"
}

command() { printf '%s\n' "$1" >> /run/cloud/commands; }
