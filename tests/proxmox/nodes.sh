#!/usr/bin/env bash
# Nodes made of Proxmox VE's own sources, for trying by hand what a simulation cannot tell: the API with
# its permissions, the cluster file system, corosync, tasks, HA, containers and (emulated) VMs are real.
# Needs root, Debian, /dev/fuse, debootstrap and systemd-container; see docs/developing.md.
#
#   nodes.sh tree FOLDER         lay the sources, checkouts of the repositories below, over a Debian tree
#   nodes.sh boot NAME ADDRESS   boot a node of it; addresses are of 10.77.0.0/24, the host has .1
#   nodes.sh cluster NAME NAME   join two nodes that stand alone
#   nodes.sh in NAME COMMAND...  run a command on a node, such as `pveum user token add …`
#   nodes.sh stop NAME
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
machines=/var/lib/machines
tree=$machines/proxmox-tree
repositories=(
  pve-common pve-access-control pve-cluster pve-guest-common pve-storage pve-firewall pve-ha-manager
  pve-network pve-http-server pve-container qemu-server pve-apiclient pve-manager
)
packages=(
  # what the Perl code uses
  libanyevent-http-perl libapt-pkg-perl libauthen-pam-perl libclone-perl libcrypt-openssl-random-perl
  libcrypt-openssl-rsa-perl libdevel-cycle-perl libdigest-hmac-perl libfile-chdir-perl
  libfile-readbackwards-perl libfilesys-df-perl libhttp-daemon-perl libio-multiplex-perl
  libjson-perl libjson-xs-perl liblinux-inotify2-perl libmime-base32-perl libnet-dbus-perl libnet-dns-perl
  libnet-ip-perl libnet-ldap-perl libnet-ssleay-perl libnet-subnet-perl libnetaddr-ip-perl
  libpadwalker-perl libposix-strptime-perl libproc-processtable-perl librrds-perl libsocket6-perl
  libstring-shellquote-perl libtemplate-perl libterm-readline-gnu-perl libtimedate-perl libuuid-perl
  libwww-perl libxml-libxml-perl libyaml-libyaml-perl
  # what it runs
  acl attr bridge-utils conntrack corosync cron cstream curl dosfstools dtach e2fsprogs ebtables faketime file
  fuse gdisk genisoimage ifupdown ipset iptables lvm2 lxc lxcfs lzop psmisc qemu-system-x86 qemu-utils rrdcached
  socat sqlite3 swtpm thin-provisioning-tools uidmap xfsprogs zstd
  # what its C parts are built with
  build-essential libcmap-dev libcorosync-common-dev libcpg-dev libfuse-dev libglib2.0-dev libjson-c-dev
  libperl-dev libqb-dev libquorum-dev librrd-dev libsqlite3-dev pkg-config
)

# Perl programs get the stand-ins for what is written in Rust.
program() { # SOURCE TARGET
  { printf '#!/usr/bin/perl\nuse standins;\n'; tail -n +2 "$1"; } >"$tree$2"
  chmod 755 "$tree$2"
}

make_tree() {
  local sources perl=$tree/usr/share/perl5 name
  sources=$(realpath "$1")
  if [ ! -d "$tree/usr" ]; then
    debootstrap --variant=minbase \
      --include=systemd,systemd-sysv,dbus,perl,ca-certificates,iproute2,openssh-server,rsync,procps \
      trixie "$tree" http://deb.debian.org/debian
  fi
  cp /etc/resolv.conf "$tree/etc/resolv.conf"
  DEBIAN_FRONTEND=noninteractive chroot "$tree" sh -c 'apt-get update -qq
    apt-get install -y -qq --no-install-recommends "$@"' sh "${packages[@]}"

  for name in "${repositories[@]}"; do
    if [ -d "$sources/$name/src/PVE" ]; then cp -r "$sources/$name/src/PVE" "$perl/"; fi
  done
  cp -r "$sources/pve-manager/PVE" "$perl/"
  sed -e 's/@VERSION@/9.2.11/; s/@PACKAGE@/pve-manager/; s/@REPOID@/0/; s/@[A-Z]*@/9.2/' \
    "$sources/pve-manager/PVE/pvecfg.pm.in" >"$perl/PVE/pvecfg.pm"
  cp "$here/standins.pm" "$perl/"

  mkdir -p "$tree/usr/src/pve"
  cp -r "$sources/pve-cluster/src" "$tree/usr/src/pve/cluster"
  cp -r "$sources/qemu-server/src/qmeventd" "$tree/usr/src/pve/"
  chroot "$tree" sh -ec 'cd /usr/src/pve/cluster/pmxcfs
    sed -i "s/-Werror //" Makefile; make pmxcfs; install pmxcfs /usr/bin/
    cd ../PVE; make IPCC.so
    install -D IPCC.so "$(perl -MConfig -e "print \$Config{vendorarch}")/auto/PVE/IPCC/IPCC.so"
    awk -f Cluster/IPCConst.pm.awk ../pmxcfs/cfs-ipc-ops.h >/usr/share/perl5/PVE/Cluster/IPCConst.pm
    cd ../../qmeventd
    gcc -o /usr/sbin/qmeventd qmeventd.c $(pkg-config --cflags --libs glib-2.0 json-c)' >/dev/null

  for name in pvedaemon pveproxy pvestatd pvescheduler pvesh pvesr pvenode pveversion vzdump pveam; do
    program "$sources/pve-manager/bin/$name" /usr/bin/$name
  done
  program "$sources/pve-cluster/src/PVE/pvecm" /usr/bin/pvecm
  program "$sources/pve-access-control/src/pveum" /usr/sbin/pveum
  program "$sources/pve-storage/src/bin/pvesm" /usr/sbin/pvesm
  program "$sources/pve-container/src/pct" /usr/sbin/pct
  program "$sources/pve-firewall/src/pve-firewall" /usr/sbin/pve-firewall
  for name in qm qmrestore; do program "$sources/qemu-server/src/bin/$name" /usr/sbin/$name; done
  for name in ha-manager pve-ha-lrm pve-ha-crm; do
    program "$sources/pve-ha-manager/src/$name" /usr/sbin/$name
  done
  mkdir -p "$tree"/usr/libexec/qemu-server "$tree"/usr/share/lxc/{hooks,config/common.conf.d,config/userns.conf.d}
  for name in pve-bridge pve-bridge-hotplug pve-bridgedown; do
    program "$sources/qemu-server/src/usr/$name" /usr/libexec/qemu-server/$name
  done
  for name in lxc-pve-prestart-hook lxc-pve-autodev-hook lxc-pve-poststop-hook; do
    program "$sources/pve-container/src/$name" /usr/share/lxc/hooks/$name
  done
  program "$sources/pve-container/src/lxcnetaddbr" /usr/share/lxc/lxcnetaddbr
  install -m 755 "$sources/pve-container/src/pve-container-stop-wrapper" "$tree/usr/share/lxc/"
  cp "$sources/pve-container/src/lxc-pve.conf" "$tree/usr/share/lxc/config/common.conf.d/01-pve.conf"
  cp "$sources/pve-container/src/lxc-pve-userns.conf" "$tree/usr/share/lxc/config/userns.conf.d/01-pve.conf"
  cp "$tree/usr/share/lxc/config/common.seccomp" "$tree/usr/share/lxc/config/pve-userns.seccomp"
  cp "$sources"/pve-container/src/*.{service,slice} "$sources/pve-cluster/debian/pve-cluster.service" \
    "$sources"/pve-manager/services/{pvedaemon,pveproxy,pvestatd,pvescheduler}.service \
    "$sources/pve-manager/services/pve-storage.target" "$sources/qemu-server/src/qmeventd/qmeventd.service" \
    "$sources"/pve-ha-manager/debian/pve-ha-{lrm,crm}.service "$tree/lib/systemd/system/"

  install -m 755 "$here/termproxy.py" "$tree/usr/bin/termproxy"
  install_qemu
  # what pveproxy looks for at its start
  mkdir -p "$tree"/usr/share/{pve-docs,bootstrap-html,fonts-font-logos,pve-i18n,novnc-pve,pve-xtermjs} \
    "$tree"/usr/share/{pve-yew-mobile-gui,pve-yew-mobile-i18n,pve-manager/{css,images,js},qemu-server} \
    "$tree"/usr/share/{fonts-font-awesome/{css,fonts},javascript/{extjs,qrcodejs}} \
    "$tree"/usr/share/javascript/proxmox-widget-toolkit/{css,images,themes} \
    "$tree"/var/log/{pveproxy,pve/tasks} "$tree"/var/lib/{pve-cluster,pve-firewall,pve-manager/jobs} \
    "$tree"/var/lib/vz/template/{iso,cache} "$tree/etc/pve"
  cp "$sources"/qemu-server/src/usr/{*.cfg,bootsplash.jpg} "$tree/usr/share/qemu-server/"
  chroot "$tree" chown www-data:www-data /var/log/pveproxy
  printf '#!/bin/sh\ncat >/dev/null\n' >"$tree/usr/sbin/sendmail"
  chmod 755 "$tree/usr/sbin/sendmail"
  echo 'd /run/pve 0755 root root' >"$tree/etc/tmpfiles.d/pve.conf"
  echo root:100000:65536 | tee "$tree/etc/subuid" >"$tree/etc/subgid"
  rm -f "$tree/etc/corosync/corosync.conf"
  chroot "$tree" systemctl -q enable networking ssh rrdcached pve-cluster pvedaemon pveproxy pvestatd \
    pvescheduler pve-ha-lrm pve-ha-crm qmeventd
  chroot "$tree" systemctl -q disable lxc lxc-net
  chroot "$tree" systemctl -q mask systemd-firstboot systemd-networkd{,-wait-online,.socket}
}

# Upstream's QEMU in place of Proxmox's. By `-id` Proxmox finds a VM's process: `-echr`, which takes a number
# too and matters to nobody here, is renamed to it.
install_qemu() {
  rm -f "$tree/usr/bin/kvm"
  python3 - "$tree/usr/bin/qemu-system-x86_64" "$tree/usr/bin/qemu" <<'PYTHON'
import sys
code = bytearray(open(sys.argv[1], "rb").read())
at = code.index(b"echr\0")
code[at : at + 5] = b"id\0\0\0"
open(sys.argv[2], "wb").write(code)
PYTHON
  chmod 755 "$tree/usr/bin/qemu"
  install -m 755 "$here/kvm.pl" "$tree/usr/bin/kvm"
  if [ ! -e "$tree/usr/bin/qemu-img.upstream" ]; then
    mv "$tree/usr/bin/qemu-img" "$tree/usr/bin/qemu-img.upstream"
  fi
  cat >"$tree/usr/bin/qemu-img" <<'PERL'
#!/usr/bin/perl
# Proxmox's looks at images that are in use, and knows a protocol of its own.
my @arguments = map { s/^zeroinit://r } @ARGV;
splice(@arguments, 1, 0, '-U') if @arguments && $arguments[0] eq 'info';
exec '/usr/bin/qemu-img.upstream', @arguments;
PERL
  chmod 755 "$tree/usr/bin/qemu-img"
}

boot() { # NAME ADDRESS
  local name=$1 address=$2 root=$machines/$1 each
  if [ ! -d "$root" ]; then
    cp -a "$tree" "$root"
    echo "$name" >"$root/etc/hostname"
    rm -f "$root/etc/machine-id"
    echo "$address $name.local $name" >"$root/etc/hosts.own"
    cat >"$root/etc/network/interfaces" <<EOF
auto lo
iface lo inet loopback
iface host0 inet manual
auto vmbr0
iface vmbr0 inet static
	address $address/24
	gateway 10.77.0.1
	bridge-ports host0
EOF
  fi
  for each in "$machines"/*/etc/hosts.own; do
    { echo 127.0.0.1 localhost; cat "$machines"/*/etc/hosts.own; } >"${each%.own}"
  done
  if ! ip link show br-pve >/dev/null 2>&1; then
    ip link add br-pve type bridge
    ip addr add 10.77.0.1/24 dev br-pve
    ip link set br-pve up
  fi
  mkdir -p "$machines/shared"
  # A hierarchy of its own for each, of version 2 also where the host's is of version 1.
  unshare --mount --propagation private setsid bash -ec '
    mount -t cgroup2 none /sys/fs/cgroup
    mkdir "/sys/fs/cgroup/$1-$$"
    echo $$ >"/sys/fs/cgroup/$1-$$/cgroup.procs"
    exec systemd-nspawn --register=no --keep-unit --boot --directory="$2" --machine="$1" \
      --network-bridge=br-pve --bind=/dev/fuse --bind=/dev/net/tun --bind="$3:/mnt/shared" \
      --capability=all --system-call-filter="bpf keyctl add_key request_key" --console=pipe
  ' bash "$name" "$root" "$machines/shared" </dev/null >"/run/node-$name.log" 2>&1 &
  until inside "$name" systemctl is-active -q pve-cluster 2>/dev/null; do
    if ! kill -0 $!; then
      cat "/run/node-$name.log" >&2
      exit 1
    fi
    sleep 1
  done
  inside "$name" sh -c 'mknod /dev/loop-control c 10 237
    for n in 0 1 2 3 4 5 6 7; do mknod /dev/loop$n b 7 $n; done
    mkdir -p /etc/pve/priv/lock; pvecm updatecerts --silent 2>/dev/null
    systemctl restart ssh pvedaemon pveproxy pvestatd pvescheduler pve-ha-crm pve-ha-lrm'
}

cluster() { # FIRST SECOND
  local first=$1 second=$2 conf addresses=() each
  for each in "$first" "$second"; do
    addresses+=("$(cut -d' ' -f1 "$machines/$each/etc/hosts.own")")
  done
  inside "$first" pvecm create lab --link0 "${addresses[0]}" || true # corosync starts before its file is there
  inside "$first" systemctl restart corosync pve-cluster
  conf=$(sed "/ring0_addr/{n;s/.*/  }\n  node {\n    name: $second\n    nodeid: 2\n    quorum_votes: 1\n    ring0_addr: ${addresses[1]}\n  }/}
    s/config_version: 1/config_version: 2/" "$machines/$first/etc/corosync/corosync.conf")
  inside "$second" systemctl stop pve-cluster
  rm -f "$machines/$second"/var/lib/pve-cluster/config.db*
  cp "$machines/$first/etc/corosync/authkey" "$machines/$second/etc/corosync/"
  for each in "$first" "$second"; do
    echo "$conf" >"$machines/$each/etc/corosync/corosync.conf"
    inside "$each" systemctl restart corosync
  done
  inside "$second" systemctl start pve-cluster
  until inside "$second" pvecm status 2>/dev/null | grep -q 'Quorate: *Yes'; do sleep 1; done
  echo "$conf" | inside "$first" tee /etc/pve/corosync.conf >/dev/null
  inside "$second" pvecm updatecerts --silent
  for each in "$first" "$second"; do
    inside "$each" systemctl restart pvedaemon pveproxy pvestatd pve-ha-crm pve-ha-lrm
  done
}

leader() {
  pgrep -P "$(pgrep -f "systemd-nspawn .*--machine=$1 ")"
}

inside() { # NAME COMMAND...
  local name=$1 process
  shift
  process=$(leader "$name")
  nsenter --target "$process" --all "$@"
}

command=${1:-}
shift || true
case $command in
  tree) make_tree "$@" ;;
  boot) boot "$@" ;;
  cluster) cluster "$@" ;;
  in) inside "$@" ;;
  stop) kill -s RTMIN+4 "$(leader "$1")" ;;
  *) sed -n '2,11s/^# \?//p' "$0" >&2; exit 2 ;;
esac
