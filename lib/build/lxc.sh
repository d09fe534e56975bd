#!/bin/bash
# Makes an unprivileged Debian container on this Proxmox VE host and installs proxmox-mcp in it.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: proxmox-mcp-lxc.sh [options] PACKAGE

PACKAGE is proxmox-mcp_*.deb, a file or an https address; SHA256SUMS beside it is heeded.

Options:
  --id ID            of the container (default: the next free one)
  --hostname NAME    (default: proxmox-mcp)
  --storage NAME     for the container's disk (default: local-lvm)
  --templates NAME   storage for the Debian template (default: local)
  --bridge NAME      (default: vmbr0)
  --ip ADDRESS       dhcp, or an address with its prefix (default: dhcp)
  --gateway ADDRESS  with an address
  --disk GIB         (default: 4)
  --memory MIB       (default: 512)
TEXT
}

fail() {
  echo "proxmox-mcp-lxc: $*" >&2
  exit 1
}

misused() {
  echo "proxmox-mcp-lxc: $*" >&2
  usage >&2
  exit 2
}

id='' hostname=proxmox-mcp storage=local-lvm templates=local
bridge=vmbr0 ip=dhcp gateway='' disk=4 memory=512 package=''
while [ $# -gt 0 ]; do
  case $1 in
    --help) usage && exit 0 ;;
    --id | --hostname | --storage | --templates | --bridge | --ip | --gateway | --disk | --memory)
      [ $# -ge 2 ] || misused "$1 needs a value"
      printf -v "${1#--}" %s "$2"
      shift 2
      ;;
    -*) misused "unknown option $1" ;;
    *)
      [ -z "$package" ] || misused "one PACKAGE only"
      package=$1
      shift
      ;;
  esac
done
[ -n "$package" ] || misused "PACKAGE is missing"
[ "$(id -u)" = 0 ] || fail "run this as root"
command -v pct pveam pvesh > /dev/null || fail "this is no Proxmox VE host: pct, pveam or pvesh is missing"

work=$(mktemp -d)
made=''
clean_up() {
  status=$?
  rm -rf "$work"
  if [ "$status" != 0 ] && [ -n "$made" ]; then
    echo "proxmox-mcp-lxc: removing container $made again" >&2
    pct stop "$made" > /dev/null 2>&1 || true
    pct destroy "$made" > /dev/null || true
  fi
}
trap clean_up EXIT

name=$(basename "$package")
sums=$work/SHA256SUMS
case $package in
  https://*)
    curl -fsSL -o "$work/$name" "$package" || fail "cannot download $package"
    curl -fsSL -o "$sums" "${package%/*}/SHA256SUMS" || fail "cannot download ${package%/*}/SHA256SUMS"
    ;;
  *)
    [ -f "$package" ] || fail "there is no file $package"
    cp "$package" "$work/$name"
    [ ! -f "$(dirname "$package")/SHA256SUMS" ] || cp "$(dirname "$package")/SHA256SUMS" "$sums"
    ;;
esac
if [ -f "$sums" ]; then
  (cd "$work" && grep -F "  $name" SHA256SUMS | sha256sum --check --status) ||
    fail "$name is not what SHA256SUMS says"
fi

pveam update > /dev/null || fail "cannot update the list of templates"
template=$(pveam available --section system | awk '$2 ~ /^debian-1[23]-standard_/ { print $2 }' | sort -V | tail -n 1)
[ -n "$template" ] || fail "there is no template of Debian 12 or 13"
if ! pveam list "$templates" | grep -qF "$template"; then
  pveam download "$templates" "$template" || fail "cannot download $template to $templates"
fi

[ -n "$id" ] || id=$(pvesh get /cluster/nextid)
net="name=eth0,bridge=$bridge,ip=$ip${gateway:+,gw=$gateway}"
pct create "$id" "$templates:vztmpl/$template" --unprivileged 1 --hostname "$hostname" \
  --rootfs "$storage:$disk" --memory "$memory" --cores 1 --net0 "$net" --onboot 1 \
  --features nesting=1 || fail "cannot make container $id"
made=$id
pct start "$id" || fail "cannot start container $id"
pct push "$id" "$work/$name" "/root/$name" || fail "cannot copy $name into container $id"
pct exec "$id" -- dpkg -i "/root/$name" || fail "cannot install $name in container $id"
pct exec "$id" -- rm "/root/$name"
pct push "$id" /etc/pve/pve-root-ca.pem /etc/proxmox-mcp/pve-root-ca.pem ||
  fail "cannot copy the certificate of the cluster's CA into container $id"
made=''

cat <<TEXT
Container $id ($hostname) holds proxmox-mcp. What is left is to tell it of this cluster:

  pct enter $id
  proxmox-mcp init --unit --ca-file /etc/proxmox-mcp/pve-root-ca.pem    # asks for this node's address
  systemctl enable --now proxmox-mcp
TEXT
