# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables of a registry. Folders of an earlier version have the same tables, and must still open after a change here."""

from __future__ import annotations

SCHEMA = """
CREATE TABLE IF NOT EXISTS repositories (
    name TEXT PRIMARY KEY, created INTEGER, updated INTEGER,
    can_delete INTEGER DEFAULT 1, can_write INTEGER DEFAULT 1, can_read INTEGER DEFAULT 1, can_list INTEGER DEFAULT 1
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS manifests (
    repository TEXT, digest TEXT, media_type TEXT, size INTEGER, image_size INTEGER, architecture TEXT, os TEXT,
    config_media_type TEXT, artifact_type TEXT, annotations TEXT, subject TEXT, created INTEGER, updated INTEGER,
    can_delete INTEGER DEFAULT 1, can_write INTEGER DEFAULT 1, can_read INTEGER DEFAULT 1, can_list INTEGER DEFAULT 1,
    deleted INTEGER,
    PRIMARY KEY (repository, digest)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS manifests_by_time ON manifests (repository, updated, digest);
CREATE INDEX IF NOT EXISTS manifests_by_subject ON manifests (repository, subject, created) WHERE subject IS NOT NULL;
CREATE TABLE IF NOT EXISTS documents (digest TEXT PRIMARY KEY, content BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS children (
    repository TEXT, parent TEXT, position INTEGER, digest TEXT, architecture TEXT, os TEXT,
    PRIMARY KEY (repository, parent, position)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tags (
    repository TEXT, name TEXT, digest TEXT, created INTEGER, updated INTEGER,
    can_delete INTEGER DEFAULT 1, can_write INTEGER DEFAULT 1, can_read INTEGER DEFAULT 1, can_list INTEGER DEFAULT 1,
    PRIMARY KEY (repository, name)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tags_by_time ON tags (repository, updated, name);
CREATE INDEX IF NOT EXISTS tags_by_digest ON tags (repository, digest);
CREATE TABLE IF NOT EXISTS deleted_tags (
    repository TEXT, name TEXT, digest TEXT, created INTEGER, deleted INTEGER, PRIMARY KEY (repository, name, deleted)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS blobs (repository TEXT, digest TEXT, PRIMARY KEY (repository, digest)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS uploads (uuid TEXT PRIMARY KEY, repository TEXT, received INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
"""
