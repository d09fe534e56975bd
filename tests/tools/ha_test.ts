import { HA } from "./cases/ha.ts";
import { testTools } from "./harness.ts";

testTools(HA);
