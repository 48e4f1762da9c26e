// Copyright: (c) 2026, registryops.acr contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Microsoft's JavaScript client, and how it signs in to the emulator.

import { createRequire } from "node:module";
import { join } from "node:path";

// The packages are in the folder INTEROP, not beside this file, so that nothing is ever installed into the checkout.
const require = createRequire(join(process.env.INTEROP, "package.json"));
const { ClientSecretCredential } = require("@azure/identity");

export const { ContainerRegistryClient, ContainerRegistryContentClient } = require("@azure/container-registry");

/** Return the credential of the application whose secret is SECRET in the environment. */
export function application(url) {
  // The emulator also plays Entra ID: the identity library discovers it and asks it for a token over the same TLS.
  return new ClientSecretCredential(
    "11111111-1111-1111-1111-111111111111",
    "22222222-2222-2222-2222-222222222222",
    process.env.SECRET,
    { authorityHost: url, disableInstanceDiscovery: true },
  );
}
