#include "source/aws/aws_cache.h"

#include <fcntl.h>

/* The first line of the file: what else could be there is from another version. */
#define FIRST_LINE "iam-aws-cache 1"

struct aws_cached {
	struct aws_cached *next; /* of those that this run needed */
	struct text key, answer;
};

static enum status remember(struct aws_cache *cache, struct map *map, struct text key,
			    struct text answer)
{
	struct aws_cached *cached = arena_take(&cache->arena, 1, sizeof(*cached));
	void *first = NULL;

	if (!cached)
		return STATUS_NO_MEMORY;
	*cached = (struct aws_cached){ .key = key, .answer = answer };
	if (map_add(map, cached->key, cached, &first) != STATUS_OK)
		return STATUS_NO_MEMORY;
	if (map == &cache->used && first == cached) {
		cached->next = cache->first;
		cache->first = cached;
	}
	return STATUS_OK;
}

static enum status read_lines(struct aws_cache *cache, struct text file)
{
	struct text line;
	enum status status = STATUS_OK;

	if (!text_next_piece(&file, '\n', &line) || !text_is(line, FIRST_LINE))
		return STATUS_OK;
	while (status == STATUS_OK && text_next_piece(&file, '\n', &line)) {
		struct text answer = line, key;

		if (text_next_piece(&answer, '\t', &key) && answer.bytes)
			status = remember(cache, &cache->old, key, answer);
	}
	return status;
}

enum status aws_cache_load(struct aws_cache *cache, int folder_fd, const char *name)
{
	AUTO_CLOSE int fd = folder_fd < 0 ? -1
					  : openat(folder_fd, name,
						   O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	AUTO_BUFFER file = { 0 };
	struct text kept;
	struct stat info;

	*cache = (struct aws_cache){ .first = NULL };
	arena_init(&cache->arena, 2 * (size_t)AWS_CACHE_BYTES_MAX);
	buffer_init(&file, AWS_CACHE_BYTES_MAX);
	if (fd < 0 || fstat(fd, &info) < 0 || !S_ISREG(info.st_mode) ||
	    file_read_all(fd, &file) != STATUS_OK)
		return STATUS_OK;
	kept = arena_text(&cache->arena, buffer_text(&file));
	return kept.bytes ? read_lines(cache, kept) : STATUS_NO_MEMORY;
}

void aws_cache_release(struct aws_cache *cache)
{
	map_release(&cache->old);
	map_release(&cache->used);
	arena_release(&cache->arena);
}

bool aws_cache_find(struct aws_cache *cache, struct text key, struct text *out_answer)
{
	const struct aws_cached *found = map_find(&cache->old, key);

	if (!found || remember(cache, &cache->used, found->key, found->answer) != STATUS_OK)
		return false;
	*out_answer = found->answer;
	return true;
}

enum status aws_cache_add(struct aws_cache *cache, struct text key, struct text answer)
{
	struct text kept_key, kept_answer;

	if (key.length == 0 || key.length > AWS_CACHE_KEY_MAX || text_has_byte(key, '\n') ||
	    text_has_byte(key, '\t') || text_has_byte(answer, '\n'))
		return STATUS_OK; /* asked for again next time */
	kept_key = arena_text(&cache->arena, key);
	kept_answer = arena_text(&cache->arena, answer);
	if (!kept_key.bytes || !kept_answer.bytes)
		return STATUS_NO_MEMORY;
	cache->is_changed = true;
	return remember(cache, &cache->used, kept_key, kept_answer);
}

enum status aws_cache_save(struct aws_cache *cache, int folder_fd, const char *name)
{
	AUTO_BUFFER file = { 0 };
	enum status status;

	if (folder_fd < 0 || (!cache->is_changed && cache->used.count == cache->old.count))
		return STATUS_OK;
	buffer_init(&file, AWS_CACHE_BYTES_MAX);
	status = buffer_append(&file, TEXT(FIRST_LINE "\n"));
	for (const struct aws_cached *next = cache->first; status == STATUS_OK && next;
	     next = next->next) {
		status = buffer_append_format(&file, "%.*s\t", TEXT_ARGUMENTS(next->key));
		if (status == STATUS_OK)
			status = buffer_append(&file, next->answer);
		if (status == STATUS_OK)
			status = buffer_append(&file, TEXT("\n"));
	}
	return status == STATUS_OK ? file_replace(folder_fd, name, buffer_text(&file), 0600)
				   : status;
}
