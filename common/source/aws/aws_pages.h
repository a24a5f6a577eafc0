/*
 * common/source/aws/aws_pages.h: a list of IAM's, page by page, to its end.
 *
 * A walk is whole or it failed: what a cut one has seen is of no use to anybody. Paging is no
 * transaction, so an element may come twice; one that came twice with different content means that
 * the account changed meanwhile.
 */
#ifndef IAM_SOURCE_AWS_AWS_PAGES_H
#define IAM_SOURCE_AWS_AWS_PAGES_H

#include "base/arena.h"
#include "base/map.h"
#include "source/aws/aws_call.h"
#include "json/json.h"

enum {
	AWS_PAGES_MAX = 10000,
	AWS_PAGE_ITEMS = 1000, /* IAM's maximum */
	AWS_WALK_BYTES_MAX = 256 << 20,
	AWS_MARKER_MAX = 1024,
};

/* The elements of one list, as JSON text with commas between them. */
struct aws_list {
	const char *name; /* "UserDetailList" */
	const char *id;   /* "UserId": what makes an element the same as another; NULL: none do */
	/* "UserName": no two elements have it alike, whatever the case; NULL: any may. Needs id. */
	const char *unique;
	/* Looks at each new element; may be NULL. */
	enum status (*look)(void *context, const struct json *element);
	void *context;
	struct buffer text;
	struct map seen, names;
	size_t count;
};

void aws_list_init(struct aws_list *list, const char *name, const char *id);
void aws_list_release(struct aws_list *list);

/* One more. STATUS_BAD_DATA when another one with its id says something else, or another has its
   name. */
MUST_CHECK enum status aws_list_add(struct aws_list *list, struct arena *arena,
				    struct text element);

/* What to walk: action with parameters ("&UserName=ada", encoded), and the lists a page may have.
 */
struct aws_walk {
	struct aws_caller *caller;
	const struct aws_service *service;
	const char *action, *version;
	struct text parameters;
	struct aws_list *lists;
	size_t list_count;
	struct arena *arena; /* for what the lists remember */
};

/* To the last page. STATUS_BAD_DATA when the account changed under the walk: once more may do. */
MUST_CHECK enum status aws_walk(const struct aws_walk *walk, struct complaint *out_complaint);

#endif
