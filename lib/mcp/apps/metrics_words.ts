const ENGLISH = {
  title: "Metrics",
  waiting: "Waiting for the measurements…",
  cancelled: "The call was cancelled.",
  nothing: "Nothing was measured in this time.",
  guest: "Guest",
  storage: "Storage",
  node: "Node",
  frame: "Time frame",
  frames: { hour: "Hour", day: "Day", week: "Week", month: "Month", year: "Year" },
  values: "Values",
  time: "Time",
  most: "max",
  /** What columns are called; those without a name keep their own, without its unit. */
  columns: { cpu_fraction: "CPU", cpus: "CPUs", io_wait_fraction: "I/O wait" } as Readonly<
    Record<string, string>
  >,
};

const TURKISH: typeof ENGLISH = {
  title: "Ölçümler",
  waiting: "Ölçümler bekleniyor…",
  cancelled: "Çağrı iptal edildi.",
  nothing: "Bu sürede hiçbir şey ölçülmedi.",
  guest: "Konuk",
  storage: "Depolama",
  node: "Düğüm",
  frame: "Zaman aralığı",
  frames: { hour: "Saat", day: "Gün", week: "Hafta", month: "Ay", year: "Yıl" },
  values: "Değerler",
  time: "Zaman",
  most: "en çok",
  columns: {
    cpu_fraction: "CPU",
    cpus: "CPU sayısı",
    io_wait_fraction: "G/Ç bekleme",
    load_average: "ortalama yük",
    memory_used_bytes: "kullanılan bellek",
    memory_bytes: "bellek",
    memory_on_host_bytes: "sunucudaki bellek",
    memory_available_bytes: "boş bellek",
    zfs_cache_bytes: "ZFS önbelleği",
    swap_used_bytes: "kullanılan takas",
    swap_bytes: "takas",
    disk_used_bytes: "kullanılan disk",
    disk_bytes: "disk",
    root_disk_used_bytes: "kullanılan kök disk",
    root_disk_bytes: "kök disk",
    used_bytes: "kullanılan",
    total_bytes: "toplam",
    network_in_bytes_per_second: "ağ, gelen",
    network_out_bytes_per_second: "ağ, giden",
    disk_read_bytes_per_second: "disk, okunan",
    disk_written_bytes_per_second: "disk, yazılan",
  },
};

/** What the page about measurements says. */
export const METRICS_WORDS = { en: ENGLISH, tr: TURKISH };
