-- What makes version 1 of version 0, as hosts have it. Never edited.
CREATE TABLE user ( id TEXT NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 128),
 password_hash TEXT CHECK (password_hash GLOB '$*' AND length(password_hash) < 384),
 password_changed INTEGER NOT NULL DEFAULT 0,
 failures INTEGER NOT NULL DEFAULT 0 CHECK (failures BETWEEN 0 AND 4294967295),
 last_failure INTEGER NOT NULL DEFAULT 0, last_success INTEGER NOT NULL DEFAULT 0) STRICT,
 WITHOUT ROWID;
CREATE TABLE device ( number INTEGER PRIMARY KEY AUTOINCREMENT,
 user TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
 name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 128),
 seed BLOB NOT NULL CHECK (length(seed) BETWEEN 16 AND 128),
 algorithm TEXT NOT NULL CHECK (algorithm IN ('SHA1', 'SHA256', 'SHA512')),
 digits INTEGER NOT NULL CHECK (digits IN (6, 8)), period INTEGER NOT NULL CHECK (period IN (30,
 60)), last_step INTEGER NOT NULL CHECK (last_step >= 0),
 drift INTEGER NOT NULL CHECK (drift BETWEEN -1000 AND 1000), enabled_at INTEGER NOT NULL,
 last_used INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),
 tries_span INTEGER NOT NULL DEFAULT 0, UNIQUE (user, name)) STRICT;
CREATE TABLE attempts ( id INTEGER PRIMARY KEY CHECK (id = 1),
 uncounted INTEGER NOT NULL CHECK (uncounted >= 0)) STRICT;
INSERT INTO attempts (id, uncounted) VALUES (1, 0);
PRAGMA application_id = 0x49414d31;
PRAGMA user_version = 1;
