import { HISTORY } from "./cases/history.ts";
import { testTools } from "./harness.ts";

testTools(HISTORY);
