/*
 * common/audit/audit_journal.h: an event for systemd's journal, by its own protocol.
 *
 * One datagram that is sent or not, at once: nobody waits for the journal. See "Native Journal
 * Protocol" of systemd; its library is not linked.
 */
#ifndef IAM_AUDIT_AUDIT_JOURNAL_H
#define IAM_AUDIT_AUDIT_JOURNAL_H

#include "audit/audit_event.h"

/* line is the event's of the log, whose digest goes beside it; empty when it is in none, and then
   json has the event. */
void audit_journal_send(const char *socket_path, const struct audit_event *event, struct text json,
			struct text line);

#endif
