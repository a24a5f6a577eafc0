-- What makes version 2 of version 1, as hosts have it. Never edited.
CREATE TABLE login_session ( number INTEGER PRIMARY KEY AUTOINCREMENT,
 boot TEXT NOT NULL CHECK (length(boot) = 36), audit INTEGER NOT NULL,
 pid INTEGER NOT NULL CHECK (pid > 0), start INTEGER NOT NULL,
 user TEXT NOT NULL CHECK (length(user) BETWEEN 1 AND 128),
 service TEXT NOT NULL CHECK (length(service) <= 128),
 tty TEXT NOT NULL CHECK (length(tty) <= 128),
 address TEXT NOT NULL CHECK (length(address) <= 45), started INTEGER NOT NULL,
 mfa_at INTEGER NOT NULL CHECK (mfa_at >= 0), UNIQUE (boot, pid, start)) STRICT;
CREATE INDEX login_session_user ON login_session (user, boot);
CREATE TABLE role_session ( number INTEGER PRIMARY KEY AUTOINCREMENT,
 boot TEXT NOT NULL CHECK (length(boot) = 36), audit INTEGER NOT NULL,
 pid INTEGER NOT NULL CHECK (pid > 0), start INTEGER NOT NULL,
 role TEXT NOT NULL CHECK (length(role) BETWEEN 1 AND 128),
 role_name TEXT NOT NULL CHECK (length(role_name) <= 128),
 user TEXT NOT NULL CHECK (length(user) BETWEEN 1 AND 128),
 user_name TEXT NOT NULL CHECK (length(user_name) <= 128),
 session_name TEXT NOT NULL CHECK (length(session_name) BETWEEN 2 AND 64),
 source_identity TEXT NOT NULL CHECK (length(source_identity) <= 64),
 address TEXT NOT NULL CHECK (length(address) <= 45), since INTEGER NOT NULL,
 until INTEGER NOT NULL, mfa_at INTEGER NOT NULL CHECK (mfa_at >= 0),
 state INTEGER NOT NULL CHECK (state IN (0, 1, 2))) STRICT;
CREATE INDEX role_session_role ON role_session (role, boot, state);
PRAGMA user_version = 2;
