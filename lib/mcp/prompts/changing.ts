import { NODE } from "./arguments.ts";
import { type Prompt, type PromptArgument, tool } from "./prompt.ts";

const TARGET: PromptArgument = {
  name: "target",
  description: {
    en: "Where to; the node with most room when not given",
    tr: "Nereye; verilmezse en çok yeri olan düğüme",
  },
  required: false,
  variable: "node",
};

/** Work that changes something once a person has agreed. */
export const CHANGING: readonly Prompt[] = [
  {
    name: "prepare_maintenance",
    title: { en: "Prepare maintenance of a node", tr: "Bir düğümün bakımını hazırla" },
    description: {
      en: "Checks what a node's reboot would touch, and plans it",
      tr: "Bir düğümün yeniden başlatılmasının neye dokunacağını denetler ve planlar",
    },
    arguments: [NODE],
    needs: ["get_node_status", "find_guests", "drain_node"],
    text: {
      en: ({ node }) =>
        `Prepare node ${node} for maintenance: it will be updated and rebooted.
1. Call ${tool("get_cluster_status")}, ${tool("get_ha_status")}, ${tool("get_node_status")}, ${
          tool("get_updates")
        } and ${tool("find_guests")} for it. Would the cluster stay quorate without it?
2. Call ${tool("drain_node")} with dry_run true: where does each guest go, and what cannot move?
3. Call ${tool("get_backup_coverage")}: which of these guests have no good backup?
Give me the plan as a list in order: what moves where, what stops and for how long, what forbids it, how to bring everything back. Wait for my yes before you change anything.`,
      tr: ({ node }) =>
        `${node} düğümünü bakıma hazırla: güncellenecek ve yeniden başlatılacak.
1. Onun için ${tool("get_cluster_status")}, ${tool("get_ha_status")}, ${tool("get_node_status")}, ${
          tool("get_updates")
        } ve ${tool("find_guests")} araçlarını çağır. Küme onsuz çoğunluğunu korur mu?
2. dry_run true ile ${tool("drain_node")} aracını çağır: her konuk nereye gider, ne taşınamaz?
3. ${tool("get_backup_coverage")} aracını çağır: bu konuklardan hangilerinin sağlam yedeği yok?
Planı sıralı bir liste olarak ver: ne nereye taşınır, ne ne kadar durur, neyi ne engeller, her şey nasıl geri getirilir. Bir şeyi değiştirmeden önce onayımı bekle.`,
    },
  },
  {
    name: "move_off_node",
    title: { en: "Move guests off a node", tr: "Bir düğümü boşalt" },
    description: {
      en: "Moves all guests of a node elsewhere",
      tr: "Bir düğümün bütün konuklarını başka yere taşır",
    },
    arguments: [NODE, TARGET],
    needs: ["find_guests", "drain_node"],
    text: {
      en: ({ node, target }) =>
        `Move all guests off node ${node}, to ${target ?? "the nodes that have most room"}.
1. Call ${tool("find_guests")} for the node, ${tool("get_nodes")} and ${
          tool("get_storage")
        }: is there enough memory and space?
2. Call ${
          tool("drain_node")
        } with dry_run true. Show me the plan: each guest to where, live or with a restart, what forbids it. Wait for my yes.
3. Then call it without dry_run, again until it says empty or nothing more is under way, and tell what is left.`,
      tr: ({ node, target }) =>
        `${node} düğümündeki bütün konukları taşı; hedef: ${target ?? "en çok yeri olan düğümler"}.
1. Düğüm için ${tool("find_guests")}, ayrıca ${tool("get_nodes")} ve ${
          tool("get_storage")
        } araçlarını çağır: bellek ve yer yetiyor mu?
2. dry_run true ile ${
          tool("drain_node")
        } aracını çağır. Planı göster: her konuk nereye, canlı mı yeniden başlatarak mı, neyi ne engelliyor. Onayımı bekle.
3. Sonra dry_run vermeden çağır; empty diyene ya da süren bir şey kalmayana kadar yeniden çağır ve ne kaldığını söyle.`,
    },
  },
  {
    name: "right_size",
    title: { en: "Right-size guests", tr: "Konukları doğru boyutlandır" },
    description: {
      en: "Finds guests with too much or too little CPU and memory",
      tr: "CPU'su ve belleği fazla ya da az olan konukları bulur",
    },
    arguments: [{ ...NODE, required: false }],
    needs: ["get_right_size", "update_vm"],
    text: {
      en: ({ node }) =>
        `Find guests ${
          node === undefined ? "" : `on node ${node} `
        }that have too much or too little.
1. Call ${tool("get_right_size")}, page by page.
2. Look closer at proposals that surprise, with ${tool("get_metrics")} for the last month.
3. Show the proposals as a table: now, average, peak, proposed, what it frees, whether it needs a restart.
Wait for my yes before you call ${tool("update_vm")} or ${tool("update_container")}.`,
      tr: ({ node }) =>
        `${node === undefined ? "" : `${node} düğümünde `}fazla ya da az kaynağı olan konukları bul.
1. ${tool("get_right_size")} aracını sayfa sayfa çağır.
2. Şaşırtan önerilere geçen ayın ${tool("get_metrics")} değerleriyle yakından bak.
3. Önerileri tabloyla göster: şimdi, ortalama, tepe, öneri, ne kadar yer açtığı, yeniden başlatma gerekip gerekmediği.
${tool("update_vm")} ya da ${tool("update_container")} çağırmadan önce onayımı bekle.`,
    },
  },
  {
    name: "onboard_guest",
    title: { en: "Onboard a guest", tr: "Yeni konuk hazırla" },
    description: {
      en: "Makes a new VM or container ready for work: placed, tagged, backed up",
      tr: "Yeni bir VM'i ya da konteyneri işe hazırlar: yeri, etiketleri, yedeği",
    },
    arguments: [
      {
        name: "name",
        description: { en: "The new guest's name", tr: "Yeni konuğun adı" },
        required: true,
      },
      {
        name: "purpose",
        description: { en: "What it is for", tr: "Ne için olduğu" },
        required: true,
      },
      { ...NODE, required: false },
    ],
    needs: ["create_vm", "create_container", "clone_guest"],
    text: {
      en: ({ name, purpose, node }) =>
        `Onboard a new guest named ${name}, on ${
          node ?? "the node that fits best"
        }. It is for: ${purpose}
1. Call ${tool("find_guests")} for the name and for templates that fit, ${tool("get_nodes")} and ${
          tool("get_storage")
        } for room.
2. Propose what to make, VM or container, from a template or anew, with which size, network and tags, by ${
          tool("clone_guest")
        }, ${tool("create_vm")} or ${tool("create_container")} with dry_run true. Wait for my yes.
3. Make it, start it, and check with ${tool("get_guest")} that it runs and has an address.
4. Call ${tool("set_guest_notes")} with what it is for, and ${
          tool("get_backup_coverage")
        }: which job backs it up? If none does, say so.`,
      tr: ({ name, purpose, node }) =>
        `${name} adında yeni bir konuk hazırla; yeri: ${
          node ?? "en uygun düğüm"
        }. Ne için: ${purpose}
1. Ad ve uygun şablonlar için ${tool("find_guests")}, yer için ${tool("get_nodes")} ve ${
          tool("get_storage")
        } araçlarını çağır.
2. Ne yapılacağını öner: VM mi konteyner mi, şablondan mı sıfırdan mı, hangi boyut, ağ ve etiketlerle; ${
          tool("clone_guest")
        }, ${tool("create_vm")} ya da ${
          tool("create_container")
        } aracını dry_run true ile çağır. Onayımı bekle.
3. Yap, başlat, çalıştığını ve adresi olduğunu ${tool("get_guest")} ile denetle.
4. Ne için olduğunu ${tool("set_guest_notes")} ile yaz ve ${
          tool("get_backup_coverage")
        } aracını çağır: onu hangi iş yedekliyor? Hiçbiri değilse söyle.`,
    },
  },
];
