import { NODES_WORK } from "./cases/nodes_work.ts";
import { testTools } from "./harness.ts";

testTools(NODES_WORK);
