-- What makes version 3 of version 2, as hosts have it. Never edited.
ALTER TABLE user ADD COLUMN must_change INTEGER NOT NULL DEFAULT 0
 CHECK (must_change IN (0, 1));
ALTER TABLE user ADD COLUMN password_origin TEXT NOT NULL DEFAULT 'unknown'
 CHECK (password_origin IN ('unknown', 'user', 'administrator'));
CREATE TABLE former_password ( number INTEGER PRIMARY KEY AUTOINCREMENT,
 user TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
 hash TEXT NOT NULL CHECK (hash GLOB '$*' AND length(hash) < 384)) STRICT;
CREATE INDEX former_password_user ON former_password (user, number);
PRAGMA user_version = 3;
