import { REHEARSALS } from "./cases/rehearsals.ts";
import { testTools } from "./harness.ts";

testTools(REHEARSALS);
