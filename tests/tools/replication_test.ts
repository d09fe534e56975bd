import { REPLICATION } from "./cases/replication.ts";
import { testTools } from "./harness.ts";

testTools(REPLICATION);
