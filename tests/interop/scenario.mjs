// Copyright: (c) 2026, registryops.acr contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Microsoft's JavaScript client, unmodified, at work: node scenario.mjs URL ANONYMOUS_URL
// From the environment: NODE_EXTRA_CA_CERTS is the path of the registry's certificate authority, SECRET what the
// application signs in with, INTEROP the folder with node_modules.
// Prints `ok STEP` after each step, and ends with the reason at the first surprise. scenario.py takes the same steps.

import { deepStrictEqual } from "node:assert";
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { application, ContainerRegistryClient, ContainerRegistryContentClient } from "./signed_in.mjs";

const MEBIBYTE = 1024 * 1024;
const CONFIG = "application/vnd.oci.image.config.v1+json";
const INDEX = "application/vnd.oci.image.index.v1+json";
const LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const [APP, DATA, OTHER] = ["interop/javascript/app", "interop/javascript/data", "interop/javascript/other"];

const [url, anonymousUrl] = process.argv.slice(2);
const credential = application(url);
const client = new ContainerRegistryClient(url, credential);
const anonymous = new ContainerRegistryClient(anonymousUrl);

const expect = (what, actual, wanted) => deepStrictEqual(actual, wanted, `${what}: ${JSON.stringify(actual)}, expected ${JSON.stringify(wanted)}`);
const done = (step) => console.log(`ok ${step}`);
const digestOf = (bytes) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** Return the status of the error with which a promise must be rejected. */
async function statusOf(promise) {
  try {
    await promise;
  } catch (error) {
    if (error.name !== "RestError") throw error;
    return error.statusCode;
  }
  throw new Error("The request was not refused.");
}

async function collect(iterable) {
  const items = [];
  for await (const item of iterable) items.push(item);
  return items;
}

/** Push an image with one layer and return its descriptor. */
async function push(repository, text, tag) {
  const content = new ContainerRegistryContentClient(url, repository, credential);
  const config = JSON.stringify({ architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: [] } });
  const descriptors = [];
  for (const [mediaType, bytes] of [[CONFIG, Buffer.from(config)], [LAYER, Buffer.from(text)]]) {
    const { digest, sizeInBytes } = await content.uploadBlob(bytes);
    expect("the uploaded blob", [digest, sizeInBytes], [digestOf(bytes), bytes.length]);
    descriptors.push({ mediaType, digest, size: sizeInBytes });
  }
  const document = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, config: descriptors[0], layers: descriptors.slice(1) }));
  const { digest } = await content.setManifest(document, { tag });
  expect("the image's digest", digest, digestOf(document));
  return { mediaType: MANIFEST, digest, size: document.length };
}

/** What can be read: repositories by page, tags without credentials, properties. */
async function listing(pushed) {
  const pages = await collect(client.listRepositoryNames().byPage({ maxPageSize: 2 }));
  const names = pages.flatMap((page) => [...page]);
  expect("sizes of the pages before the last one", [...new Set(pages.slice(0, -1).map((page) => page.length))], [2]);
  expect("repositories", names, [...new Set(names)].sort());
  expect("repositories pushed to", [APP, DATA, OTHER].filter((name) => names.includes(name)), [APP, DATA, OTHER]);
  done("list repositories by page");

  const readable = anonymous.getArtifact(APP, "v1");
  const tags = (await collect(readable.listTagProperties().byPage({ maxPageSize: 2 }))).flatMap((page) => [...page]);
  expect("tags", tags.map((tag) => [tag.name, tag.digest]), pushed.map((digest, position) => [`v${position + 1}`, digest]));
  done("list tags anonymously");
  expect("an anonymous delete", await statusOf(readable.deleteTag("v1")), 401);
  done("refuse an anonymous delete");

  const repository = await client.getRepository(APP).getProperties();
  expect("counts", [repository.name, repository.manifestCount, repository.tagCount], [APP, 5, 5]);
  const image = await client.getArtifact(APP, "v5").getManifestProperties();
  expect("the image", [image.digest, image.architecture, image.operatingSystem, image.tags], [pushed[4], "amd64", "linux", ["v5"]]);
  // The service counts layers only: recorded with hello-world, whose imageSize is that of its only layer.
  expect("its size", image.sizeInBytes, "image number 5".length);
  expect("a missing tag", await statusOf(client.getArtifact(APP, "none").getTagProperties("none")), 404);
  done("read properties");
}

/** A locked tag stays until it is unlocked. */
async function locks() {
  const artifact = client.getArtifact(APP, "v1");
  const tag = await artifact.updateTagProperties("v1", { canDelete: false, canWrite: false });
  expect("the tag", [tag.canDelete, tag.canWrite, tag.canList, tag.canRead], [false, false, true, true]);
  expect("deleting it", await statusOf(artifact.deleteTag("v1")), 405);
  done("refuse to delete a locked tag");
  await artifact.updateTagProperties("v1", { canDelete: true, canWrite: true });
  await artifact.deleteTag("v1");
  expect("the deleted tag", await statusOf(artifact.getTagProperties("v1")), 404);
  done("delete an unlocked tag");
  const repository = client.getRepository(APP);
  const locked = await repository.updateProperties({ canWrite: false });
  expect("the repository", [locked.canDelete, locked.canWrite, locked.canList, locked.canRead], [true, false, true, true]);
  expect("deleting a tag in it", await statusOf(client.getArtifact(APP, "v2").deleteTag("v2")), 405);
  expect("the unlocked repository", (await repository.updateProperties({ canWrite: true })).canWrite, true);
  done("lock and unlock a repository");
}

/** Upload and download a blob of three chunks, a manifest and an index; return the digests of blob and manifest. */
async function content() {
  const data = new ContainerRegistryContentClient(url, DATA, credential);
  const bytes = Buffer.alloc(9 * MEBIBYTE, Buffer.from(Array.from({ length: 256 }, (_, value) => value)));
  const pieces = Array.from({ length: 9 }, (_, number) => bytes.subarray(number * MEBIBYTE, (number + 1) * MEBIBYTE));
  const { digest: blob, sizeInBytes } = await data.uploadBlob(Readable.from(pieces));
  expect("the uploaded blob", [blob, sizeInBytes], [digestOf(bytes), bytes.length]);
  const downloaded = Buffer.concat(await collect((await data.downloadBlob(blob)).content));
  expect("the downloaded bytes equal the uploaded ones", downloaded.equals(bytes), true);
  done("upload and download a blob in chunks");

  const manifest = await push(DATA, "for one platform", "single");
  const platform = { architecture: "amd64", os: "linux" };
  // Indented, and with a field nobody knows: the registry has to keep the bytes, not the meaning.
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, "x-unknown": 1, manifests: [{ ...manifest, platform }] }, null, 3));
  const { digest } = await data.setManifest(index, { tag: "multi", mediaType: INDEX });
  const answer = await data.getManifest("multi");
  expect("the index", [digest, answer.digest, answer.mediaType], [digestOf(index), digestOf(index), INDEX]);
  expect("its bytes", answer.content.toString(), index.toString());
  const { relatedArtifacts } = await client.getArtifact(DATA, digest).getManifestProperties();
  expect("what it lists", relatedArtifacts.map((one) => [one.digest, one.architecture, one.operatingSystem]), [[manifest.digest, "amd64", "linux"]]);
  done("set and get a manifest and an index");
  return [blob, manifest.digest];
}

/** Keep the three images updated last, the way Microsoft's samples do it: pages of two, deleting while listing. */
async function purge(pushed) {
  const repository = client.getRepository(APP);
  let position = 0;
  for await (const page of repository.listManifestProperties({ order: "LastUpdatedOnDescending" }).byPage({ maxPageSize: 2 })) {
    for (const manifest of page) {
      if (position >= 3) {
        const image = repository.getArtifact(manifest.digest);
        await image.updateManifestProperties({ canDelete: true, canWrite: true });
        await image.delete();
      }
      position += 1;
    }
  }
  const left = await collect(repository.listManifestProperties());
  expect("what is left", left.map((manifest) => manifest.digest).sort(), pushed.slice(2).sort());
  const tags = await collect(client.getArtifact(APP, "v5").listTagProperties());
  expect("tags left", tags.map((tag) => tag.name), ["v3", "v4", "v5"]);
  done("purge to the newest three");
}

/** What is deleted is gone, and deleting it again is no error for this client. */
async function deletes(blob, manifest) {
  const data = new ContainerRegistryContentClient(url, DATA, credential);
  for (let times = 0; times < 2; times += 1) await data.deleteManifest(manifest);
  expect("the deleted manifest", await statusOf(data.getManifest(manifest)), 404);
  expect("its tag", await statusOf(client.getArtifact(DATA, "single").getTagProperties("single")), 404);
  done("delete a manifest");
  for (let times = 0; times < 2; times += 1) await data.deleteBlob(blob);
  expect("the deleted blob", await statusOf(data.downloadBlob(blob)), 404);
  done("delete a blob");
  for (const name of [APP, DATA, OTHER]) {
    await client.deleteRepository(name);
    await client.getRepository(name).delete();
    expect("the deleted repository", await statusOf(client.getRepository(name).getProperties()), 404);
  }
  const left = (await collect(client.listRepositoryNames())).filter((name) => name.startsWith("interop/javascript/"));
  expect("repositories left", left, []);
  done("delete repositories");
}

/** Take all steps in order. */
async function main() {
  const pushed = [];
  for (let number = 1; number <= 5; number += 1) {
    pushed.push((await push(APP, `image number ${number}`, `v${number}`)).digest);
  }
  await push(DATA, "data", "first");
  await push(OTHER, "other", "first");
  done("push images");
  await listing(pushed);
  await locks();
  const [blob, manifest] = await content();
  await purge(pushed);
  await deletes(blob, manifest);
}

try {
  await main();
} catch (error) {
  // Not the whole error: the client's hold every request and its headers.
  console.error(error.stack);
  process.exitCode = 1;
}
