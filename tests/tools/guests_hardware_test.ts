import { GUESTS_HARDWARE } from "./cases/guests_hardware.ts";
import { testTools } from "./harness.ts";

testTools(GUESTS_HARDWARE);
