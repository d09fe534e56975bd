import { GUEST, NODE } from "./arguments.ts";
import { type Prompt, tool } from "./prompt.ts";

/** Work that only looks. */
export const LOOKING: readonly Prompt[] = [
  {
    name: "triage_cluster",
    title: { en: "Triage the cluster", tr: "Kümeyi gözden geçir" },
    description: {
      en: "Finds what is wrong, worst first, and what to do about it",
      tr: "Neyin yanlış olduğunu, en kötüsünden başlayarak, ve ne yapılacağını bulur",
    },
    arguments: [],
    needs: ["get_attention", "get_tasks"],
    text: {
      en: () =>
        `Find out what is wrong in this Proxmox cluster.
1. Call ${tool("get_attention")}, and ${tool("get_tasks")} with state error and hours 24.
2. Look closer at each critical finding and warning with the tool that it names.
3. Tell me in a table, worst first: what, where, since when, what it puts at risk, and the next step. Then tell what could not be seen.
Change nothing.`,
      tr: () =>
        `Bu Proxmox kümesinde neyin yanlış olduğunu bul.
1. ${tool("get_attention")} aracını, sonra state error ve hours 24 ile ${
          tool("get_tasks")
        } aracını çağır.
2. Kritik bulgulara ve uyarılara, bulgunun adını verdiği araçla yakından bak.
3. Bir tabloda, en kötüsünden başlayarak anlat: ne, nerede, ne zamandan beri, neyi tehlikeye atıyor, sıradaki adım ne. Ardından neyin görülemediğini söyle.
Hiçbir şeyi değiştirme.`,
    },
  },
  {
    name: "why_slow",
    title: { en: "Why is a guest slow", tr: "Bir konuk neden yavaş" },
    description: {
      en: "Finds what holds a VM or container up",
      tr: "Bir VM'i ya da konteyneri neyin yavaşlattığını bulur",
    },
    arguments: [GUEST],
    needs: ["get_guest", "get_metrics", "get_node_status"],
    text: {
      en: ({ guest }) =>
        `Find out why guest ${guest} is slow.
1. Call ${tool("get_guest")} for it, then ${tool("get_metrics")} for the last hour and the last day.
2. Call ${tool("get_node_status")} for its node, and ${
          tool("get_tasks")
        } for that node: a backup, a migration or a snapshot slows guests down.
3. Compare: its CPU, memory and disk against their limits, the node's load and I/O wait against its cores, and what its neighbours use.
Tell me the likeliest cause with the numbers that show it, what speaks against it, and the smallest change that would help. Change nothing.`,
      tr: ({ guest }) =>
        `${guest} konuğunun neden yavaş olduğunu bul.
1. Onun için ${tool("get_guest")}, sonra son saat ve son gün için ${
          tool("get_metrics")
        } araçlarını çağır.
2. Bulunduğu düğüm için ${tool("get_node_status")} ve ${
          tool("get_tasks")
        } araçlarını çağır: yedekleme, taşıma ve anlık görüntü konukları yavaşlatır.
3. Karşılaştır: konuğun CPU, bellek ve disk kullanımını sınırlarıyla, düğümün yükünü ve I/O beklemesini çekirdekleriyle, komşularının ne kullandığıyla.
En olası nedeni onu gösteren sayılarla, ona karşı ne olduğunu ve işe yarayacak en küçük değişikliği anlat. Hiçbir şeyi değiştirme.`,
    },
  },
  {
    name: "review_backups",
    title: { en: "Review backups", tr: "Yedekleri gözden geçir" },
    description: {
      en: "Finds guests without a good backup, jobs that fail, and storages that fill up",
      tr: "Sağlam yedeği olmayan konukları, başarısız işleri ve dolan depoları bulur",
    },
    arguments: [],
    needs: ["get_backup_coverage", "get_backup_jobs"],
    text: {
      en: () =>
        `Review the backups of this Proxmox cluster.
1. Call ${tool("get_backup_coverage")} and ${tool("get_backup_jobs")}.
2. Call ${tool("get_tasks")} with type vzdump and state error, and ${
          tool("get_storage")
        } for the storages that hold backups.
3. Tell me which guests have no good backup or an old one, which are in no job, which jobs fail and why, and which storage will be full first.
Propose the changes, most important first. Change nothing.`,
      tr: () =>
        `Bu Proxmox kümesinin yedeklerini gözden geçir.
1. ${tool("get_backup_coverage")} ve ${tool("get_backup_jobs")} araçlarını çağır.
2. type vzdump ve state error ile ${tool("get_tasks")} aracını, yedek tutan depolar için ${
          tool("get_storage")
        } aracını çağır.
3. Hangi konukların sağlam yedeği yok ya da eski, hangileri hiçbir işte değil, hangi işler neden başarısız, hangi depo önce dolacak: anlat.
Değişiklikleri en önemlisinden başlayarak öner. Hiçbir şeyi değiştirme.`,
    },
  },
  {
    name: "after_incident",
    title: { en: "After an incident", tr: "Bir olaydan sonra" },
    description: {
      en: "Puts together what happened on a node, and whether everything is back",
      tr: "Bir düğümda ne olduğunu ve her şeyin geri gelip gelmediğini toparlar",
    },
    arguments: [NODE, {
      name: "hours",
      description: { en: "How far back; 24 when not given", tr: "Kaç saat geriye; verilmezse 24" },
      required: false,
    }],
    needs: ["get_cluster_log", "get_tasks", "get_attention"],
    text: {
      en: ({ node, hours = "24" }) =>
        `Something happened on node ${node} in the last ${hours} hours. Put together what.
1. Call ${tool("get_cluster_log")} and ${tool("get_tasks")} for the node, ${
          tool("get_metrics")
        } for its load, and ${tool("get_ha_status")}.
2. Call ${tool("get_attention")} and ${
          tool("find_guests")
        } for the node: is everything running again that should?
3. Write it down: a timeline with times and sources, the likeliest cause and how sure that is, what is still wrong, what to do so that it does not happen again.
Tell apart what was seen and what is guessed. Change nothing.`,
      tr: ({ node, hours = "24" }) =>
        `Son ${hours} saatte ${node} düğümünde bir şey oldu. Ne olduğunu toparla.
1. Düğüm için ${tool("get_cluster_log")} ve ${tool("get_tasks")}, yükü için ${
          tool("get_metrics")
        }, ayrıca ${tool("get_ha_status")} araçlarını çağır.
2. ${tool("get_attention")} aracını ve düğüm için ${
          tool("find_guests")
        } aracını çağır: çalışması gereken her şey yeniden çalışıyor mu?
3. Yaz: saatleri ve kaynaklarıyla bir zaman çizelgesi, en olası neden ve ne kadar kesin olduğu, hâlâ neyin yanlış olduğu, yinelenmemesi için ne yapılacağı.
Görüleni tahminden ayır. Hiçbir şeyi değiştirme.`,
    },
  },
];
