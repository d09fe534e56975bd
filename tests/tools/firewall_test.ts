import { FIREWALL } from "./cases/firewall.ts";
import { testTools } from "./harness.ts";

testTools(FIREWALL);
