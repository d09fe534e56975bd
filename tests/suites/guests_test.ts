import "../tools/config_writes_test.ts";
import "../tools/containers_inside_test.ts";
import "../tools/creation_test.ts";
import "../tools/guests_hardware_test.ts";
import "../tools/guests_lifecycle_test.ts";
import "../tools/guests_power_test.ts";
import "../tools/guests_reads_test.ts";
import "../tools/guests_settings_test.ts";
import "../tools/drain_test.ts";
import "../tools/hardware_test.ts";
import "../tools/migration_test.ts";
import "../tools/nodes_work_test.ts";
import "../tools/presets_test.ts";
import "../tools/rows_test.ts";

import "../tools/sharing_test.ts";
