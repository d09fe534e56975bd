import { STORAGE_DEFINITIONS } from "./cases/storage_definitions.ts";
import { testTools } from "./harness.ts";

testTools(STORAGE_DEFINITIONS);
