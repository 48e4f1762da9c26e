// Copyright: (c) 2026, registryops.acr contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Microsoft's JavaScript client, unmodified, brings a whole image from an OCI image layout to the registry, or back:
// node layout.mjs push|pull URL REPOSITORY TAG FOLDER
// with NODE_EXTRA_CA_CERTS, SECRET and INTEROP in the environment as for scenario.mjs. layout.py does the same.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { application, ContainerRegistryContentClient } from "./signed_in.mjs";

const [command, url, repository, tag, folder] = process.argv.slice(2);
const client = new ContainerRegistryContentClient(url, repository, application(url));

/** Where the layout keeps a blob. */
const blob = (digest) => join(folder, "blobs", "sha256", digest.replace("sha256:", ""));

/** The descriptors of what an image is made of; those of an index are manifests. */
const parts = ({ config, layers = [] }) => (config ? [config, ...layers] : layers);

/** Push a manifest after all that it needs. */
async function push({ digest, mediaType }, name) {
  const data = await readFile(blob(digest));
  const manifest = JSON.parse(data);
  for (const child of manifest.manifests ?? []) await push(child);
  for (const part of parts(manifest)) await client.uploadBlob(await readFile(blob(part.digest)));
  await client.setManifest(data, { tag: name, mediaType });
}

/** Pull a manifest with all that it needs, as they come. */
async function pull(reference) {
  const { digest, mediaType, content, manifest } = await client.getManifest(reference);
  if (mediaType !== manifest.mediaType) throw new Error(`${digest} was answered as ${mediaType}.`);
  await writeFile(blob(digest), content);
  for (const child of manifest.manifests ?? []) await pull(child.digest);
  for (const part of parts(manifest)) await writeFile(blob(part.digest), (await client.downloadBlob(part.digest)).content);
}

try {
  if (command === "push") {
    const [root] = JSON.parse(await readFile(join(folder, "index.json"))).manifests;
    await push(root, tag);
  } else {
    await mkdir(blob(""), { recursive: true });
    await pull(tag);
  }
} catch (error) {
  // Not the whole error: the client's hold every request and its headers.
  console.error(error.stack);
  process.exitCode = 1;
}
