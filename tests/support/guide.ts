import type { FakePve } from "../fake_pve.ts";

/** What the guide of the Python server tells its users to type and to write, letter for letter. */
export const GUIDE = {
  config: `{
    "proxmox": {
        "host": "your-proxmox-host",
        "port": 8006,
        "verify_ssl": false,
        "service": "PVE"
    },
    "auth": {
        "user": "username@pve",
        "token_name": "your-token-name",
        "token_value": "your-token-value"
    },
    "logging": {
        "level": "INFO",
        "format": "%(asctime)s - %(name)s - %(levelname)s - %(message)s",
        "file": "proxmox_mcp.log"
    }
}`,
  environment: `export MCP_HTTP_HOST="0.0.0.0"
export MCP_HTTP_PORT="8812"
export MCP_HTTP_PATH="/mcp"
export PROXMOX_MCP_CONFIG="proxmox-config/config.json"`,
  options: "--host 0.0.0.0 --port 8812 --path /mcp --config proxmox-config/config.json --no-auth",
  tokenUse: `curl -X POST http://localhost:8812/mcp \\
  -H "Authorization: Bearer YOUR_TOKEN_HERE" \\
  -H "Content-Type: application/json" \\
  -d '{"method": "tools/list"}'`,
  tools: `# Tool listesini test et
curl -X POST http://localhost:8812/mcp \\
  -H "Authorization: Bearer YOUR_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{"method": "tools/list"}'

# VM listesini test et
curl -X POST http://localhost:8812/mcp \\
  -H "Authorization: Bearer YOUR_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{
    "method": "tools/call",
    "params": {
      "name": "get_vms",
      "arguments": {}
    }
  }'`,
  health: `curl -X POST http://localhost:8812/mcp \\
  -H "Authorization: Bearer YOUR_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{
    "method": "tools/call",
    "params": {
      "name": "health",
      "arguments": {}
    }
  }'`,
  http: `{
  "mcpServers": {
    "ProxmoxMCP-HTTP": {
      "transport": {
        "type": "http",
        "url": "http://localhost:8812/mcp",
        "headers": {
          "Authorization": "Bearer YOUR_TOKEN_HERE"
        }
      },
      "description": "ProxmoxMCP HTTP Server with Django Auth"
    }
  }
}`,
  sse: `{
  "mcpServers": {
    "ProxmoxMCP-SSE": {
      "transport": {
        "type": "sse",
        "url": "http://localhost:8812/mcp/sse",
        "headers": {
          "Authorization": "Bearer YOUR_TOKEN_HERE"
        }
      }
    }
  }
}`,
  log: `grep "AUDIT\\|ERROR" proxmox_mcp.log`,
  scopes: {
    user: ["get_nodes", "get_vms", "get_vm_usage"],
    write: ["start_vm", "shutdown_vm", "execute_vm_command", "create_snapshot"],
    admin: ["create_vm", "delete_vm", "stop_vm"],
  },
  unauthenticated: "Kimlik doğrulama gerekli. Geçerli bir token sağlayın.",
  forbidden: "Bu işlem için gerekli yetkilere (admin) sahip değilsiniz.",
} as const;

/** The guide's config as a site of the Python server has it: only the values of its own are filled in. */
export function oldConfig({ host, port, token }: FakePve): string {
  return GUIDE.config
    .replace("your-proxmox-host", host)
    .replace("8006", String(port))
    .replace("username@pve", token.user)
    .replace("your-token-name", token.name)
    .replace("your-token-value", token.value);
}
