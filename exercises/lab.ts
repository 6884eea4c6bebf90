/**
 * The lab: the list of all exercises in the order of the sheet, and the program
 * that lists, runs and explains them.
 *
 * ```text
 * $ deno task lab
 * $ deno task lab run echo_server
 * $ deno task lab explain 5.1
 * ```
 *
 * @module
 */

import type { Exercise } from "../lib/exercise.ts";
import { runLab } from "../lib/lab/commands.ts";
import { runTool } from "../lib/run.ts";
import { exercise as byteOrder } from "./byte_order.ts";
import { exercise as createProject } from "./create_project.ts";
import { exercise as echoClient } from "./echo_client.ts";
import { exercise as echoServer } from "./echo_server.ts";
import { exercise as findingServiceName } from "./finding_service_name.ts";
import { exercise as functionWithout } from "./function.ts";
import { exercise as function2 } from "./function_2.ts";
import { exercise as functionGlobal } from "./function_global.ts";
import { exercise as functionLocal } from "./function_local.ts";
import { exercise as greetingClient } from "./greeting_client.ts";
import { exercise as greetingServer } from "./greeting_server.ts";
import { exercise as ip4AddressConversion } from "./ip4_address_conversion.ts";
import { exercise as localMachineInfo } from "./local_machine_info.ts";
import { exercise as messageClient } from "./message_client.ts";
import { exercise as messageServer } from "./message_server.ts";
import { exercise as modifiedServiceName } from "./modified_finding_service_name.ts";
import { exercise as modifyRemoteInfo } from "./modify_remote_machine_info.ts";
import { exercise as moduleDemo } from "./module_demo.ts";
import { exercise as moduleDemo2 } from "./module_demo_2.ts";
import { exercise as mymodule } from "./mymodule.ts";
import { exercise as portNumbers } from "./port_numbers.ts";
import { exercise as portProbe } from "./port_probe.ts";
import { exercise as questions } from "./questions.ts";
import { exercise as remoteMachineInfo } from "./remote_machine_info.ts";
import { exercise as socketTimeout } from "./socket_timeout.ts";
import { exercise as udpClient } from "./udp_client.ts";
import { exercise as udpServer } from "./udp_server.ts";
import { exercise as welcomeClient } from "./welcome_client.ts";
import { exercise as welcomeServer } from "./welcome_server.ts";

/** All exercises, in the order of the lab sheet. */
export const EXERCISES: readonly Exercise[] = [
  createProject,
  functionWithout,
  function2,
  functionLocal,
  functionGlobal,
  mymodule,
  moduleDemo,
  moduleDemo2,
  localMachineInfo,
  remoteMachineInfo,
  modifyRemoteInfo,
  ip4AddressConversion,
  findingServiceName,
  modifiedServiceName,
  socketTimeout,
  echoServer,
  echoClient,
  questions,
  messageServer,
  messageClient,
  welcomeServer,
  welcomeClient,
  greetingServer,
  greetingClient,
  udpServer,
  udpClient,
  portProbe,
  portNumbers,
  byteOrder,
];

/** Where the scripts are. */
const FOLDER = new URL(".", import.meta.url);

export function main(args: string[]): Promise<number> {
  return runLab({ exercises: EXERCISES, folder: FOLDER }, args);
}

if (import.meta.main) await runTool("lab", main);
