import { CONTAINERS_INSIDE } from "./cases/containers_inside.ts";
import { testTools } from "./harness.ts";

testTools(CONTAINERS_INSIDE);
