-- What stood in the tables, by the version that brought them: written by proxmox-mcp, hashes and all, after
-- two of its calls were pruned. Never changed.
-- version 1
INSERT INTO auth_user_roles
  (name, is_superuser, can_write, can_admin, description, created_at, updated_at)
  VALUES
  ('Administrator', TRUE, TRUE, TRUE, 'Creates and destroys', '2026-03-01 12:00:00.123000', '2026-03-01 12:00:00.123000'),
  ('Operator', FALSE, TRUE, FALSE, 'Changes what can be changed back', '2026-03-01 12:00:00.123000', '2026-03-01 12:00:00.123000'),
  ('Viewer', FALSE, FALSE, FALSE, 'Only reads', '2026-03-01 12:00:00.123000', '2026-03-01 12:00:00.123000');
INSERT INTO auth_user
  (password, last_login, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined, role_id)
  VALUES ('!b7d98349a70e7703c17d26178c11013c9a91a4f0', NULL, FALSE, 'alice', '', '', '', FALSE, TRUE, '2026-03-01 12:00:00.123000', 2);
INSERT INTO auth_application_tokens
  (user_id, name, token_hash, permission, expires, created_at, last_used, is_active, allowed_ips)
  VALUES (1, 'laptop', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'write', NULL, '2026-03-01 12:00:00.123000', NULL, TRUE, '');
INSERT INTO auth_application_tokens
  (user_id, name, token_hash, permission, expires, created_at, last_used, is_active, allowed_ips)
  VALUES (1, 'ci', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'write', NULL, '2026-03-01 12:00:00.123000', NULL, TRUE, '');
INSERT INTO proxmox_mcp_schema (version, name, applied_at)
  VALUES (1, 'accounts', '2026-03-01 12:00:00.123000');
-- version 2
INSERT INTO proxmox_mcp_audit
  (seq, time, request_id, username, token_id, token_name, address, door, tool, scope, arguments, vmid, outcome, error, upid, duration_ms, previous_hash, hash)
  VALUES (3, '2026-03-01 12:03:00.123000', 'request-3', 'alice', 1, 'laptop', '192.0.2.7', 'mcp', 'start_vm', 'write', '{"vmid":101}', 101, 'ok', '', 'UPID:pve1:0001:0002:67C2F000:qmstart:101:root@pam!mcp:', 12.5, '77676e2d2fd4988d578270ddcfbfc99a4d74460ef1dfa43a61df323baa919e4c', '3d4d27a68063a6f262aac2e191b7245df96b92afb3470f1803ca3f56003eb8f2');
INSERT INTO proxmox_mcp_audit
  (seq, time, request_id, username, token_id, token_name, address, door, tool, scope, arguments, vmid, outcome, error, upid, duration_ms, previous_hash, hash)
  VALUES (4, '2026-03-01 12:04:00.123000', 'request-4', 'alice', NULL, 'laptop', '192.0.2.7', 'mcp', 'start_vm', NULL, '{"vmid":101}', NULL, 'error', 'it''s ß 漢字', '', 0.001, '3d4d27a68063a6f262aac2e191b7245df96b92afb3470f1803ca3f56003eb8f2', '41a943be0f117f950157671a06b9dca3b4847ad4478151ee46b26a6e0938dbbc');
INSERT INTO proxmox_mcp_audit
  (seq, time, request_id, username, token_id, token_name, address, door, tool, scope, arguments, vmid, outcome, error, upid, duration_ms, previous_hash, hash)
  VALUES (5, '2026-03-01 12:05:00.123000', '', 'root', NULL, '', '', 'checkpoint', 'audit_prune', NULL, '{"before":"2026-03-01T12:03:00.123Z","first":1,"through":2,"rows":2,"hash":"77676e2d2fd4988d578270ddcfbfc99a4d74460ef1dfa43a61df323baa919e4c"}', NULL, 'ok', '', '', 0, '41a943be0f117f950157671a06b9dca3b4847ad4478151ee46b26a6e0938dbbc', '0b6d76f9385af1ba82ad015a1ec8277b0f0773d13d83c5fa02875bad8fdbc663');
INSERT INTO proxmox_mcp_audit_head
  (id, seq, hash, probes)
  VALUES (1, 5, '0b6d76f9385af1ba82ad015a1ec8277b0f0773d13d83c5fa02875bad8fdbc663', 5);
INSERT INTO proxmox_mcp_schema (version, name, applied_at)
  VALUES (2, 'audit trail', '2026-03-01 12:00:00.123000');
-- version 3
INSERT INTO proxmox_mcp_token_limits
  (token_id, pools, tags, vmids, nodes, tools_allow, tools_deny)
  VALUES (2, 'dev', NULL, '100-199', NULL, NULL, 'stop_vm');
INSERT INTO proxmox_mcp_schema (version, name, applied_at)
  VALUES (3, 'token limits', '2026-03-01 12:00:00.123000');
-- version 4
INSERT INTO proxmox_mcp_rates (key, points, expire) VALUES ('request:1', 3, 1772366400123);
INSERT INTO proxmox_mcp_schema (version, name, applied_at)
  VALUES (4, 'shared rates', '2026-03-01 12:00:00.123000');
-- version 5
INSERT INTO proxmox_mcp_audit
  (seq, time, request_id, username, token_id, token_name, address, door, tool, scope, arguments, vmid, outcome, error, upid, duration_ms, previous_hash, hash, format)
  VALUES (6, '2026-03-01 12:06:00.123000', 'request-6', 'alice', 1, 'laptop', '192.0.2.7', 'mcp', 'start_vm', 'write', '{"vmid":101}', 101, 'denied', 'Cannot: no', '', 12.5, '0b6d76f9385af1ba82ad015a1ec8277b0f0773d13d83c5fa02875bad8fdbc663', '6449485cef330a78ee339ff85e101d3ad77ba7d49d5bafe310e784c28208a1bc', 2);
UPDATE proxmox_mcp_audit_head SET seq = 6, hash = '6449485cef330a78ee339ff85e101d3ad77ba7d49d5bafe310e784c28208a1bc';
INSERT INTO proxmox_mcp_schema (version, name, applied_at)
  VALUES (5, 'audit format', '2026-03-01 12:00:00.123000');
