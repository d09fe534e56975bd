import { emptyFirewall } from "./guests.ts";
import type { SeedOptions } from "./seed.ts";
import type { FakeDisk, FakeJournalLine, FakeNode, FakeService } from "./state.ts";

const gib = 2 ** 30;

function disk(devpath: string, fields: Partial<FakeDisk>): FakeDisk {
  return {
    devpath,
    model: "SAMSUNG MZ7L3960",
    serial: `S${devpath.slice(-3).toUpperCase()}0001`,
    size: 960 * 10 ** 9,
    type: "ssd",
    health: "PASSED",
    wearout: 98,
    used: "LVM",
    ...fields,
  };
}

function packageRow(name: string, version: string, more: Record<string, string>) {
  return {
    Package: name,
    CurrentState: "Installed",
    OldVersion: version,
    Version: version,
    Arch: "all",
    Section: "admin",
    Priority: "optional",
    Origin: "Proxmox",
    Title: name,
    Description: name,
    ...more,
  };
}

function services(): FakeService[] {
  const running: [string, string][] = [
    ["chrony", "chrony, an NTP client/server"],
    ["corosync", "Corosync Cluster Engine"],
    ["cron", "Regular background program processing daemon"],
    ["pve-cluster", "The Proxmox VE cluster filesystem"],
    ["pve-firewall", "Proxmox VE firewall"],
    ["pve-ha-crm", "PVE Cluster HA Resource Manager Daemon"],
    ["pve-ha-lrm", "PVE Local HA Resource Manager Daemon"],
    ["pvedaemon", "PVE API Daemon"],
    ["pveproxy", "PVE API Proxy Server"],
    ["pvestatd", "PVE Status Daemon"],
    ["sshd", "OpenBSD Secure Shell server"],
  ];
  const service = (name: string, desc: string): FakeService => ({
    service: name,
    desc,
    state: "running",
    enabled: true,
  });
  return [
    ...running.map(([name, desc]) => service(name, desc)),
    { ...service("postfix", "Postfix Mail Transport Agent"), state: "dead", enabled: false },
  ];
}

function journal(node: string, seconds: number): FakeJournalLine[] {
  return [
    { time: seconds - 7_200, unit: "pveproxy", text: `${node} pveproxy[900]: starting server` },
    {
      time: seconds - 3_600,
      unit: "pvestatd",
      text: `${node} pvestatd[901]: status update time (5.2 seconds)`,
    },
    {
      time: seconds - 60,
      unit: "pvedaemon",
      text: `${node} pvedaemon[902]: <root@pam> successful auth for user 'root@pam'`,
    },
  ];
}

export function seedNode(name: string, i: number, options: SeedOptions): FakeNode {
  const ip = `10.0.0.${11 + i}`;
  const kernel = options.version.startsWith("8.") ? "6.8.12-13-pve" : "6.17.2-2-pve";
  return {
    name,
    nodeid: i + 1,
    ip,
    online: true,
    downReason: "No route to host",
    cpus: 16,
    memory: 64 * gib,
    memoryUsed: (18 + 4 * i) * gib,
    rootTotal: 94 * gib,
    rootUsed: (14 + i) * gib,
    cpu: 0.08 + 0.03 * i,
    loadavg: ["0.42", "0.38", "0.30"],
    bootedAt: options.now - 12 * 86_400_000,
    kernel,
    installedKernel: kernel,
    network: [
      {
        iface: "eno1",
        type: "eth",
        method: "manual",
        method6: "manual",
        families: ["inet"],
        active: 1,
        exists: 1,
        priority: 3,
      },
      {
        iface: "vmbr0",
        type: "bridge",
        method: "static",
        method6: "manual",
        families: ["inet"],
        active: 1,
        autostart: 1,
        address: ip,
        netmask: "24",
        cidr: `${ip}/24`,
        gateway: "10.0.0.1",
        bridge_ports: "eno1",
        bridge_stp: "off",
        bridge_fd: "0",
        priority: 4,
      },
    ],
    disks: [
      disk("/dev/nvme0n1", {
        type: "nvme",
        model: "SAMSUNG MZVL2512",
        size: 512 * 10 ** 9,
        used: "BIOS boot",
      }),
      disk("/dev/sda", {}),
    ],
    updates: i === 0
      ? [{
        Package: "pve-manager",
        Title: "Proxmox Virtual Environment Management Tools",
        Description: "This package contains the Proxmox Virtual Environment management tools.",
        OldVersion: options.version,
        Version: `${options.version}-1`,
        Arch: "all",
        Section: "admin",
        Priority: "optional",
        Origin: "Proxmox",
      }]
      : [],
    packages: [
      packageRow("proxmox-ve", "9.2.0", { RunningKernel: kernel }),
      packageRow("pve-manager", options.version, { ManagerVersion: options.version }),
    ],
    certificates: [
      {
        filename: "pve-root-ca.pem",
        subject: "/CN=Proxmox Virtual Environment/OU=fake/O=PVE Cluster Manager CA",
        issuer: "/CN=Proxmox Virtual Environment/OU=fake/O=PVE Cluster Manager CA",
        daysLeft: 3500,
        san: [],
        fingerprint: Array.from({ length: 32 }, () => "AB").join(":"),
      },
      {
        filename: "pve-ssl.pem",
        subject: `/OU=PVE Cluster Node/O=Proxmox Virtual Environment/CN=${name}`,
        issuer: "/CN=Proxmox Virtual Environment/OU=fake/O=PVE Cluster Manager CA",
        daysLeft: 600,
        san: ["127.0.0.1", "localhost", ip, name],
        fingerprint: i === 0
          ? options.fingerprint
          : Array.from({ length: 32 }, () => "0" + (i + 1)).join(":"),
      },
    ],
    firewall: emptyFirewall(),
    clockAhead: 0,
    subscription: { status: "notfound" },
    repositories: ["no-subscription"],
    repositoryErrors: [],
    services: services(),
    journal: journal(name, Math.floor(options.now / 1000)),
  };
}
